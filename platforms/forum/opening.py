"""Opening a thread by an address: of its first page, of another one, or of one of its posts."""

from mediadl.media import MediaError
from mediadl.net.client import HttpClient
from platforms.forum.engines.html_engine import HTML_HEADERS
from platforms.forum.engines.known import open_thread
from platforms.forum.thread_page import Engine, Thread, document_of
from platforms.forum.walls import in_thread_terms, why_no_posts


def thread_at(url: str, http: HttpClient) -> tuple[Engine, Thread]:
    """The program that made the page at ``url``, and the thread on it.

    Raises:
        MediaError: it cannot be had, in a thread's terms (gone, needs a login, has no posts).
    """
    try:
        response = http.get(url, headers=HTML_HEADERS)
        response.raise_for_status()
        document = document_of(response)
        opened = open_thread(document, http)
    except MediaError as error:
        raise in_thread_terms(error) from error
    if opened is None:
        raise why_no_posts(document)
    return opened
