"""The history's filters: in the URL, as chips, and for the library."""

from datetime import date

import pytest

from mediadl.ui.presenters.history_filters import chips, filter_words, month_marks, view_of, without_one
from tests.unit.ui.rows import make_download


def test_the_url_is_read_and_written_back():
    view = view_of(
        {"platform": "tiktok", "kept": "1", "sort": "-file_size", "view": "table", "date_from": "2025-10-01"}
    )
    assert view.filters.platform == "tiktok"
    assert view.filters.kept is True
    assert view.filters.date_from == date(2025, 10, 1)
    assert view.query() == "platform=tiktok&kept=1&date_from=2025-10-01&sort=-file_size&view=table"
    assert view.query(platform="") == "kept=1&date_from=2025-10-01&sort=-file_size&view=table"


@pytest.mark.parametrize("parameters", [{"sort": "password"}, {"date_from": "yesterday"}, {"nonsense": "1"}])
def test_what_cannot_be_is_left_out_of_an_old_link(parameters):
    assert view_of(parameters).query() == ""


@pytest.mark.django_db
def test_active_filters_stand_first_and_lead_to_the_page_without_them():
    shown = chips(view_of({"source": "savanna.daily", "upgraded": "1"}))
    active = [chip for chip in shown if chip.clear is not None]
    assert shown[: len(active)] == active
    assert {chip.label: chip.clear for chip in active} == {
        "Source: savanna.daily": "upgraded=1",
        "Upgraded": "source=savanna.daily",
    }


@pytest.mark.django_db
def test_an_empty_result_names_the_filter_to_drop():
    from downloads.selectors import list_downloads

    make_download(source="a.example")
    view = view_of({"source": "a.example", "kept": "1"})
    dropped = without_one(view, lambda filters: list_downloads(filters, per_page=1).total)
    assert dropped == ("Kept", "source=a.example", 1)
    assert filter_words(view) == "these two filters"


def test_the_scrubber_names_months_of_this_year_and_earlier_years():
    this_year = date.today().year  # noqa: DTZ011 - only the year
    marks = month_marks(view_of({}), [date(this_year, 1, 1), date(2024, 12, 1), date(2024, 3, 1)])
    assert [mark.label for mark in marks] == ["Jan", "2024"]
    assert marks[1].query == "date_to=2024-12-31"
