"""Nothing inline runs, and no template relies on it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from mediadl.ui.csp import HEADER, ContentSecurityPolicyMiddleware
from tests.unit.ui.rows import browser_as

TEMPLATES = sorted(Path(settings.TEMPLATES_DIR).rglob("*.html"))


def _templates() -> list[Path]:
    return [path for path in TEMPLATES if "admin" not in path.parts]


@pytest.mark.django_db
def test_a_page_carries_a_policy_whose_nonce_its_inline_scripts_have():
    answer = browser_as().get("/")
    policy = answer.headers[HEADER]
    nonce = re.search(r"'nonce-([^']+)'", policy)[1]
    inline = re.findall(r"<script(?![^>]*src=)([^>]*)>", answer.content.decode())
    assert inline
    assert all(f'nonce="{nonce}"' in attributes for attributes in inline)
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.django_db
def test_every_answer_has_a_nonce_of_its_own():
    browser = browser_as()
    assert browser.get("/").headers[HEADER] != browser.get("/").headers[HEADER]


def test_a_stricter_policy_of_a_view_stays():
    answer = HttpResponse(headers={HEADER: "sandbox"})
    middleware = ContentSecurityPolicyMiddleware(lambda _request: answer)
    assert middleware(RequestFactory().get("/")).headers[HEADER] == "sandbox"


@pytest.mark.parametrize("path", _templates(), ids=lambda path: str(path.relative_to(settings.TEMPLATES_DIR)))
def test_no_template_has_inline_handlers_or_styles(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"https?://(?!www\.w3\.org)[a-z]", re.sub(r'placeholder="[^"]*"', "", text))
    assert "|safe" not in text
