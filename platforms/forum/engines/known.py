"""The forum programs that are told apart, in the order in which they are tried."""

from mediadl.media import FailureKind, MediaError
from mediadl.net.client import HttpClient
from platforms.forum.engines.discourse import DiscourseEngine
from platforms.forum.engines.generic import GENERIC
from platforms.forum.engines.invision import INVISION_4
from platforms.forum.engines.misago import MisagoEngine
from platforms.forum.engines.nodebb import NodebbEngine
from platforms.forum.engines.phpbb import PHPBB_3
from platforms.forum.engines.vbulletin import VBULLETIN_3, VBULLETIN_4, VBULLETIN_5
from platforms.forum.engines.xenforo import XENFORO_1, XENFORO_2
from platforms.forum.thread_page import Document, Engine, Thread

ENGINES: tuple[Engine, ...] = (
    DiscourseEngine(), NodebbEngine(), XENFORO_2, XENFORO_1, VBULLETIN_5, VBULLETIN_4, VBULLETIN_3, INVISION_4, PHPBB_3,
    MisagoEngine(), GENERIC,
)  # fmt: skip
# Where a program's API is closed its pages may be open all the same.
_PERHAPS_ITS_PAGES = frozenset({FailureKind.GONE, FailureKind.NEEDS_PERSON, FailureKind.SITE_CHANGED})


def open_thread(document: Document, http: HttpClient) -> tuple[Engine, Thread] | None:
    """The thread on the page, read by the program that made it, else by the fallback; None: it shows no posts.

    Raises:
        MediaError: the program's API failed, and its page shows no posts either.
    """
    refusal: MediaError | None = None
    for engine in ENGINES:
        if not engine.recognises(document):
            continue
        try:
            thread = engine.open(document, http)
        except MediaError as error:
            if error.kind not in _PERHAPS_ITS_PAGES:
                raise
            refusal = refusal or error
            continue
        if thread is not None:
            return engine, thread
    if refusal is not None:
        raise refusal
    return None
