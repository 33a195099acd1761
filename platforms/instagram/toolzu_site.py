"""Where toolzu is and what its pages look like: settings, since sites change."""

from dataclasses import dataclass

from platforms.contract import ListingContext
from platforms.instagram.fastdl_site import text_leaf
from platforms.instagram.targets import Kind, Target

BASE_URL = "https://toolzu.com"
PHOTO_PAGE = "/downloader/instagram/photo/"
VIDEO_PAGE = "/downloader/instagram/video/"
PROFILE_PAGE = "/downloader/instagram/profile/"
INPUT = "#instagramdownloaderform-search"
BUTTON = "#downloader-form button[type=submit]"

RESULTS = "#ajax-results"
CARD = ".download-card"
REFUSED = ".is-invalid"
NEXT = "#viewer-next"


@dataclass(frozen=True, slots=True)
class ToolzuSite:
    """The settings of one listing."""

    base_url: str
    photo_page: str
    video_page: str
    profile_page: str
    input: str
    button: str

    def path_for(self, target: Target) -> str:
        """The page whose form takes such a request."""
        if not target.is_single:
            return self.profile_page
        return self.video_page if target.content_type == "reel" else self.photo_page

    @property
    def posts(self) -> tuple[str, ...]:
        """The ends of the paths to which the forms post."""
        return tuple(path.rstrip("/") for path in (self.photo_page, self.video_page, self.profile_page))


def site_of(context: ListingContext) -> ToolzuSite:
    """The settings as they are now."""

    def value(name: str, default: str) -> str:
        return str(context.setting(f"toolzu.{name}") or default)

    return ToolzuSite(
        base_url=value("base_url", BASE_URL).rstrip("/"),
        photo_page=value("photo_page", PHOTO_PAGE),
        video_page=value("video_page", VIDEO_PAGE),
        profile_page=value("profile_page", PROFILE_PAGE),
        input=value("input_selector", INPUT),
        button=value("button_selector", BUTTON),
    )


def can_show(target: Target) -> bool:
    """Whether the site has a page for it: it has none for stories."""
    return target.kind in {Kind.POSTS, Kind.REELS, Kind.ONE_POST}


LEAVES = (
    text_leaf("toolzu.base_url", BASE_URL, "Toolzu: address", "Of the site, or of another that looks as it does."),
    text_leaf("toolzu.photo_page", PHOTO_PAGE, "Toolzu: page for posts", "The path of the page that takes a post."),
    text_leaf("toolzu.video_page", VIDEO_PAGE, "Toolzu: page for reels", "The path of the page that takes a reel."),
    text_leaf("toolzu.profile_page", PROFILE_PAGE, "Toolzu: page for users", "The path of the page that takes a user."),
    text_leaf("toolzu.input_selector", INPUT, "Toolzu: search field", "The CSS selector of the field on those pages."),
    text_leaf("toolzu.button_selector", BUTTON, "Toolzu: search button", "The CSS selector of the form's button."),
)
