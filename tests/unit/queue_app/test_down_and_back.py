"""A site whose every downloader fails five listings in a row: down, until when, and back by itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mediadl.accounts.models import Role
from mediadl.clock import clock_set_to, isoformat_seconds
from mediadl.media import FailureKind, MediaError
from platforms.models import Circuit
from tests.api.clients import client_as
from tests.fakes.media_server import MediaServer
from tests.unit.queue_app import fake_site
from tests.unit.queue_app.building import change_settings, drain, enqueue, fresh, media, picture
from tests.unit.queue_app.draining import titles
from tests.unit.queue_app.fake_site import FakeSite

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "broker"])
TIMEOUT = MediaError(FailureKind.TRANSIENT, "TIMEOUT", "The site did not answer.")


def shown() -> dict[str, object]:
    rows = client_as(Role.VIEWER).get("/platforms").json()["platforms"]
    return next(row for row in rows if row["name"] == fake_site.NAME)


def test_it_is_down_says_until_when_asks_nothing_and_comes_back(site: FakeSite, folder: Path) -> None:
    change_settings(general={"retry_attempts": 0}, platforms={fake_site.NAME: {"unordered": {"enabled": False}}})
    offset = timedelta()
    with MediaServer({"/a.jpg": picture(1)}) as server, clock_set_to(lambda: datetime.now(UTC) + offset):
        for number in range(5):
            assert shown()["status"] == "operational"
            url = f"https://{fake_site.HOST}/u{number}"
            site.lists(TIMEOUT, url=url)
            enqueue(url)
            drain()
        until = Circuit.objects.get().open_until
        assert until is not None
        assert (shown()["status"], shown()["next_attempt_at"]) == ("down", isoformat_seconds(until))

        source = site.lists(media("m", server.url_of("/a.jpg")))
        item = enqueue()
        drain()
        waiting = client_as(Role.VIEWER).get(f"/queue/{item.pk}").json()
        assert (waiting["status"], waiting["reason"], source.listings) == ("pending", "platform_down", 0)

        offset = timedelta(minutes=1, seconds=2)
        drain()
        assert (fresh(item).status, source.listings) == ("completed", 1)
        assert (shown()["status"], shown()["next_attempt_at"]) == ("operational", None)
        assert [one for one in titles() if one.startswith("Site ")] == ["Site Down", "Site Up Again"]
