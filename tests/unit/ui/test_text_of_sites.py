"""Whatever a site sends is text on every page."""

import pytest

from mediadl import clock
from mediadl.logs.models import LogRow
from queue_app.states import Status
from tests.unit.ui.rows import browser_as, make_download, make_item

pytestmark = pytest.mark.django_db
EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
ESCAPED = b"&lt;script&gt;"


@pytest.fixture
def everything_is_evil():
    item = make_item(
        Status.FAILED,
        source=EVIL[:120],
        error_message=EVIL,
        metadata={"title": EVIL},
        url=f"https://a.example/{EVIL}",
    )
    download = make_download(source=EVIL, filename=EVIL, metadata={"caption": EVIL}, url=f"https://a.example/{EVIL}")
    LogRow.objects.create(timestamp=clock.now(), level="ERROR", module="Web", message=EVIL, metadata={EVIL: EVIL})
    return item, download


def test_no_page_lets_it_become_markup(everything_is_evil):
    item, download = everything_is_evil
    browser = browser_as()
    paths = ["/", "/history", "/history?view=table", f"/history/{download.pk}", "/queue", f"/queue?open={item.pk}"]
    for path in [*paths, "/platforms", "/logs", f"/history?source={EVIL}", f"/queue?search={EVIL}"]:
        content = browser.get(path).content
        assert b"<script>alert" not in content, path
        assert b"<img src=x" not in content, path
    assert ESCAPED in browser.get("/queue").content


def test_a_link_that_runs_a_script_is_never_made(everything_is_evil):
    download = make_download(url="javascript:alert(1)")
    content = browser_as().get(f"/history/{download.pk}").content
    assert b'href="javascript:' not in content
