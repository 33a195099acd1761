"""No secret reaches a log, whatever shape it comes in."""

import pytest

from mediadl.logs.redaction import redact, redact_text

SECRET = "s3cr3tV4lue-xyz"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLWhlcmU"


@pytest.mark.parametrize(
    "text",
    [
        f"GET /ws/downloads?token={SECRET} 101",
        f"GET /ws/downloads?since=4&ticket={SECRET}&x=1",
        f"Authorization: Bearer {SECRET}",
        f"authorization=Basic {SECRET}==",
        f"Cookie: sessionid={SECRET}; csrftoken=abc",
        f"Set-Cookie: mediadl_session={SECRET}; HttpOnly; Path=/",
        f'{{"password": "{SECRET}", "username": "x"}}',
        f"{{'refresh_token': '{SECRET}'}}",
        f'{{"access_token":"{SECRET}"}}',
        f"password={SECRET}",
        f"captcha_api_key: {SECRET}",
        f"https://user:{SECRET}@example.org/path",
        f"postgresql://mediadl:{SECRET}@127.0.0.1/db",
        f"https://cdn.example/x.jpg?Signature={SECRET}&Expires=1",
        f"https://cdn.example/x.jpg?X-Amz-Signature={SECRET}",
        f"sent mdl_{SECRET} as the token",
        f"token {JWT.replace('c2ln', SECRET.replace('-', '_'))} refused",
        f"bearer {SECRET}",
        f"--cookies sessionid={SECRET}",
        f"sessionid={SECRET}",
    ],
)
def test_secrets_in_texts_are_hidden(text: str):
    hidden = redact_text(text)
    assert "s3cr3t" not in hidden
    assert "***" in hidden


@pytest.mark.parametrize(
    "text",
    [
        "Downloaded 8 posts from evalongoria",
        "https://example.org/gallery?page=2&sort=new",
        "The token is not valid or has expired; sign in again.",
        "The password was changed",
        "partial key 1234abcd of the file",
        "Waiting for a ticket to the show",
        "basic settings changed",
        "send a bearer token of your own",
    ],
)
def test_ordinary_texts_stay_as_they_are(text: str):
    assert redact_text(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "password", "new_password", "token", "access_token", "refresh_token", "ticket", "cookie", "cookies", "Cookie",
        "Set-Cookie", "authorization", "Authorization", "secret", "secret_key", "client_secret", "api_key",
        "captcha_api_key", "captcha_apikey", "sessionid", "session_id", "csrfmiddlewaretoken",
        "platforms.instagram.toolzu.captcha_api_key",
    ],
)  # fmt: skip
def test_values_with_a_secrets_name_are_hidden(name: str):
    assert redact({name: SECRET}) == {name: "***"}


def test_values_inside_values_are_hidden_and_others_kept():
    value = {
        "request": {"headers": [{"Cookie": "a=b"}], "url": f"/x?token={SECRET}"},
        "count": 8,
        "ratio": 0.5,
        "done": True,
        "none": None,
        "unset": {"password": ""},
        "partial_key": "abc",
    }
    assert redact(value) == {
        "request": {"headers": [{"Cookie": "***"}], "url": "/x?token=***"},
        "count": 8,
        "ratio": 0.5,
        "done": True,
        "none": None,
        "unset": {"password": ""},
        "partial_key": "abc",
    }


def test_everything_becomes_storable_json():
    cyclic: dict[str, object] = {}
    cyclic["self"] = cyclic
    value = redact({"nul": "a\0b", "surrogate": "\udc80", "big": 2**70, "object": object, "set": {1}, "cyclic": cyclic})
    assert value["nul"] == "a\ufffdb"
    assert value["surrogate"] == "?"
    assert value["big"] == str(2**70)
    assert value["set"] == [1]
    assert isinstance(value["object"], str)
