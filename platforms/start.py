"""The platforms of this installation, in the order in which the API lists them.

A new site is a new folder with a ``platform.py`` and a line here.
"""

from mediadl.configuration import registry as settings_tree
from platforms import registry
from platforms.forum.platform import PLATFORM as FORUM
from platforms.instagram.platform import PLATFORM as INSTAGRAM
from platforms.leaves import leaves_of
from platforms.tiktok.platform import PLATFORM as TIKTOK
from platforms.web.platform import PLATFORM as WEB

ALL = (INSTAGRAM, TIKTOK, FORUM, WEB)


def register_all() -> None:
    """Register every platform and its part of the settings tree."""
    for platform in ALL:
        registry.register(platform)
        settings_tree.register(*leaves_of(platform))
