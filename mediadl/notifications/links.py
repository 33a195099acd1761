"""Links for people who read outside of the interface."""

from django.conf import settings

from mediadl.configuration.selectors import value


def whole_link(link: str) -> str:
    """A page's link with the site's address before it, where the settings name one."""
    site = str(value("notifications.site_url")).rstrip("/")
    return f"{site}{link}" if site else f"{settings.ENVIRONMENT.base_path}{link}"
