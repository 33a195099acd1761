"""Where fastdl is and what its page looks like: settings, since sites change."""

from dataclasses import dataclass

from mediadl.configuration.registry import Kind, Leaf
from mediadl.media import MediaError
from mediadl.net.addresses import check_url
from platforms.contract import ListingContext

BASE_URL = "https://fastdl.app"
PAGE = "/en"
INPUT = "#search-form-input"
BUTTON = ".search-form__button"
MAX_CHARACTERS = 300

USER_INFO = "/api/v1/instagram/userInfo"
POSTS = ("/api/v1/instagram/postsV2", "/api/v1/instagram/posts")
STORIES = ("/api/v1/instagram/stories",)
REELS = ("/api/v1/instagram/reels",)
ONE_LINK = ("/api/convert", "/api/v1/instagram/story")


@dataclass(frozen=True, slots=True)
class FastDlSite:
    """The settings of one listing."""

    base_url: str
    page_url: str
    input: str
    button: str

    @property
    def is_default(self) -> bool:
        """Whether it is the public site, which answers signed requests only."""
        return self.base_url == BASE_URL


def site_of(context: ListingContext) -> FastDlSite:
    """The settings as they are now."""

    def value(name: str, default: str) -> str:
        return str(context.setting(f"fastdl.{name}") or default)

    base = value("base_url", BASE_URL).rstrip("/")
    return FastDlSite(
        base_url=base,
        page_url=base + value("page", PAGE),
        input=value("input_selector", INPUT),
        button=value("button_selector", BUTTON),
    )


def base_url_problem(value: str) -> str | None:
    """What is wrong with a base URL, or None."""
    try:
        check_url(value)
    except MediaError as error:
        return error.detail
    return None


def path_problem(value: str) -> str | None:
    """What is wrong with the path of a page, or None."""
    return None if value.startswith("/") and " " not in value else "It starts with a slash and has no spaces."


def text_leaf(name: str, default: str, label: str, text: str) -> Leaf:
    """A setting for something on a third party's page; ``name`` is below ``platforms.instagram``."""
    checks = {"base_url": base_url_problem, "page": path_problem}
    last = name.rpartition(".")[2]
    check = checks.get(last) or (path_problem if last.endswith("_page") else None)
    return Leaf(f"platforms.instagram.{name}", Kind.TEXT, default, label, text, low=1, high=MAX_CHARACTERS, check=check)


LEAVES = (
    text_leaf("fastdl.base_url", BASE_URL, "FastDL: address", "Of the site, or of another that answers as it does."),
    text_leaf("fastdl.page", PAGE, "FastDL: page", "The path of the page with the search form."),
    text_leaf("fastdl.input_selector", INPUT, "FastDL: search field", "The CSS selector of the field on that page."),
    text_leaf("fastdl.button_selector", BUTTON, "FastDL: search button", "The CSS selector of the button beside it."),
)
