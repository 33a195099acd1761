"""What the OpenAPI document says about response headers: on every answer, on pages of lists, on refusals."""

from typing import Any

from mediadl.api.limits import PAGE_LIMIT

_METHODS = {"get", "post", "put", "patch", "delete"}


def _header(description: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": schema or {"type": "integer", "minimum": 0}}


_HEADERS = {
    "X-Request-ID": _header("The request's id, also in errors and in the log.", type="string", format="uuid"),
    "X-RateLimit-Limit": _header("Requests that the caller may make in an hour."),
    "X-RateLimit-Remaining": _header("What is left of them."),
    "X-RateLimit-Reset": _header("When the hour is over, in epoch seconds."),
    "X-Total-Count": _header("Rows on all pages."),
    "X-Page": _header("This page, from 1.", type="integer", minimum=1, maximum=PAGE_LIMIT),
    "X-Per-Page": _header("Rows a page."),
    "X-Total-Pages": _header("How many pages there are."),
    "Link": _header("The first, prev, next and last page: those that exist.", required=False, type="string"),
    "Retry-After": _header("Come back in so many seconds."),
    "WWW-Authenticate": _header("How to sign in.", type="string"),
}
_ALWAYS = ("X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_ON_PAGES = ("X-Total-Count", "X-Page", "X-Per-Page", "X-Total-Pages", "Link")
_ON_STATUS = {"401": ("WWW-Authenticate",), "429": ("Retry-After",)}


def document_headers(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """drf-spectacular's hook after generation: name the headers of every answer."""
    result.setdefault("components", {})["headers"] = _HEADERS
    for operations in result.get("paths", {}).values():
        for method, operation in operations.items():
            if method in _METHODS:
                is_list = any(parameter["name"] == "page" for parameter in operation.get("parameters", ()))
                for status, answer in operation["responses"].items():
                    pages = _ON_PAGES if is_list and status == "200" else ()
                    names = (*_ALWAYS, *pages, *_ON_STATUS.get(status, ()))
                    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return result
