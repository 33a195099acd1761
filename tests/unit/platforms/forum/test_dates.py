"""When a post was written, from whatever its page says."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from selectolax.lexbor import LexborHTMLParser

from mediadl.clock import clock_set_to
from platforms.forum.dates import epoch, moment_of, read_moment, zone_of

NOW = datetime(2025, 10, 13, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def still_clock():
    with clock_set_to(lambda: NOW):
        yield


TEXTS = [
    ("2023-11-14T22:13:20+00:00", "2023-11-14T22:13:20"),
    ("2018-09-27T14:51:09+0200", "2018-09-27T12:51:09"),
    ("2013-02-04T15:26:26.278-05:00", "2013-02-04T20:26:26.278000"),
    ("Tue Nov 14, 2023 10:13 pm", "2023-11-14T22:13:00"),
    ("by alice » Tue Nov 14, 2023 12:05 am", "2023-11-14T00:05:00"),
    ("Nov 14, 2015 at 4:23 AM", "2015-11-14T04:23:00"),
    ("27. September 2018 um 14:51 Uhr", "2018-09-27T14:51:00"),
    ("14th May 2010, 15:22", "2010-05-14T15:22:00"),
    ("05-14-2010, 03:22 PM", "2010-05-14T15:22:00"),
    ("14-05-2010, 15:22", "2010-05-14T15:22:00"),
    ("14.05.2010, 15:22", "2010-05-14T15:22:00"),
    ("2010/05/14 15:22", "2010-05-14T15:22:00"),
    ("Ven 7 Oct 2011 08:23", "2011-10-07T08:23:00"),
    ("Today, 09:05 AM", "2025-10-13T09:05:00"),
    ("Yesterday, 11:55 PM", "2025-10-12T23:55:00"),
    ("Posted March 3, 2021", "2021-03-03T00:00:00"),
]


@pytest.mark.parametrize(("text", "wanted"), TEXTS)
def test_texts(text, wanted):
    assert read_moment(text).isoformat().removesuffix("+00:00") == wanted


@pytest.mark.parametrize(
    "text",
    ["", "1394/11/27, 00:31", "words", "5", "31.02.2020", "99:99", "Foo 3, 2021", "3 hours ago", None, 5,
     "3021-01-01 00:00"],
)  # fmt: skip
def test_what_is_no_date_is_none(text):
    assert read_moment(text) is None


def test_seconds_and_milliseconds():
    assert epoch(1538052669) == epoch("1538052669000") == datetime(2018, 9, 27, 12, 51, 9, tzinfo=UTC)
    assert epoch("12") is epoch(None) is epoch(True) is epoch("1e400") is None


ZONES = [
    ("All times are GMT +1. The time now is 10:21.", timedelta(hours=1)),
    ("All times are GMT -5. The time now is 10:21 AM.", timedelta(hours=-5)),
    ("All times are UTC+05:30", timedelta(hours=5, minutes=30)),
    ("All times are UTC", timedelta()),
    ("All times are UTC + 1 hour", timedelta(hours=1)),
    ("nothing", timedelta()),
]


@pytest.mark.parametrize(("text", "offset"), ZONES)
def test_the_forums_own_time_zone(text, offset):
    root = LexborHTMLParser(f"<body><p>x</p><div>{text}</div></body>").root
    assert zone_of(root).utcoffset(None) == offset


def test_a_time_without_a_zone_is_the_forums():
    assert read_moment("05-14-2010, 03:22 PM", timezone(timedelta(hours=-5))).isoformat() == "2010-05-14T20:22:00+00:00"


ELEMENTS = [
    '<time data-time="1538052669" datetime="2001-01-01T00:00:00Z">x</time>',
    '<time datetime="2018-09-27T14:51:09+0200">27. September</time>',
    '<span title="27. September 2018 um 12:51:09">a while ago</span>',
    "<span>27 Sep 2018 12:51:09</span>",
]


@pytest.mark.parametrize("markup", ELEMENTS)
def test_elements(markup):
    node = LexborHTMLParser(markup).body.css_first("time, span")
    assert moment_of(node, UTC) == datetime(2018, 9, 27, 12, 51, 9, tzinfo=UTC)
