"""Pages of lists: the parameters, and the headers that the specification names."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse

from mediadl.api.limits import PAGE_LIMIT, PER_PAGE_DEFAULT, PER_PAGE_LIMIT
from mediadl.api.query import Parameter, integer, read_query
from mediadl.api.renderers import json_response

PAGE = integer("page", low=1, high=PAGE_LIMIT, default=1, description="Page number, from 1.")
PER_PAGE = integer("per_page", low=1, high=PER_PAGE_LIMIT, default=PER_PAGE_DEFAULT, description="Items per page.")
PAGE_PARAMETERS = (PAGE, PER_PAGE)


@dataclass(frozen=True, slots=True)
class PageParameters:
    """Which page, from 1, and how many items on it."""

    page: int
    per_page: int

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.page - 1) * self.per_page


def page_parameters(request: Any, others: Sequence[Parameter] = ()) -> PageParameters:
    """Read ``page`` and ``per_page``; ``others`` are the list's own parameters, allowed beside them.

    Raises:
        InvalidFieldsError: an unknown parameter or a value out of range.
    """
    values = read_query(request, (*PAGE_PARAMETERS, *others))
    return PageParameters(values["page"], values["per_page"])


def total_pages(total: int, per_page: int) -> int:
    """How many pages ``total`` items fill."""
    return ceil(total / per_page)


def paginated_headers(request: Any, *, page: int, per_page: int, total: int) -> dict[str, str]:
    """``X-Total-Count``, ``X-Page``, ``X-Per-Page``, ``X-Total-Pages`` and ``Link`` for one page of a list."""
    pages = total_pages(total, per_page)
    headers = {
        "X-Total-Count": str(total),
        "X-Page": str(page),
        "X-Per-Page": str(per_page),
        "X-Total-Pages": str(pages),
    }
    link = _link(getattr(request, "_request", request), page, pages)
    return {**headers, "Link": link} if link else headers


def _link(request: HttpRequest, page: int, pages: int) -> str:
    """The relations that exist: nothing for an empty list, ``prev`` past the end is the last page."""
    if pages == 0:
        return ""
    relations = {"first": 1}
    if page > 1:
        relations["prev"] = min(page - 1, pages)
    if page < pages:
        relations["next"] = page + 1
    relations["last"] = pages
    query = request.GET.copy()
    parts = []
    for relation, number in relations.items():
        query["page"] = str(number)
        parts.append(f'<{request.path}?{query.urlencode()}>; rel="{relation}"')
    return ", ".join(parts)


def paginated_answer(request: Any, items: Sequence[Any], *, page: PageParameters, total: int) -> HttpResponse:
    """A page in the shape of ``GET /downloads``: ``items``, ``total``, ``page``, ``per_page``, ``total_pages``."""
    return json_response(
        {
            "items": items,
            "total": total,
            "page": page.page,
            "per_page": page.per_page,
            "total_pages": total_pages(total, page.per_page),
        },
        headers=paginated_headers(request, page=page.page, per_page=page.per_page, total=total),
    )
