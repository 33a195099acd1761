"""Where callers stand in their hour as this process last told them: for answers that count nobody.

A request that is refused before the views is answered by the event loop, which must not wait for
the counters' file or the database; and only there callers are counted and tokens looked up. So a
refusal is not counted, and says what the same caller (by credentials, else by address) heard last:
the limit, and what was left of it then. Of a caller who was not answered yet by this process it
knows nothing: they are told the whole allowance of somebody who is not signed in.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from django.conf import settings

from mediadl import clock

HOUR_SECONDS = 3600
MOST_CALLERS = 4096


@dataclass(frozen=True, slots=True)
class Standing:
    """The hour's requests, those left of them, and the end of the hour in epoch seconds."""

    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """The specification's three headers."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


_lock = threading.Lock()
_known: OrderedDict[int, Standing] = OrderedDict()


def _key(authorization: str, cookie: str, address: str) -> int:
    # A hash: nobody's credentials are kept.
    return hash((authorization, cookie) if authorization or cookie else address)


def remember(standing: Standing, *, authorization: str = "", cookie: str = "", address: str = "") -> None:
    """Keep what the caller with these headers, or else from this address, is told now."""
    key = _key(authorization, cookie, address)
    with _lock:
        _known[key] = standing
        _known.move_to_end(key)
        if len(_known) > MOST_CALLERS:
            _known.popitem(last=False)


def last_standing(*, authorization: str = "", cookie: str = "", address: str = "") -> Standing:
    """What the caller was told last; the whole hour where that is over, or nothing is known."""
    seconds = int(clock.now().timestamp())
    with _lock:
        known = _known.get(_key(authorization, cookie, address))
    if known is not None and known.reset > seconds:
        return known
    limit: int = known.limit if known is not None else settings.ENVIRONMENT.rate_limit_anon
    return Standing(limit, limit, seconds + HOUR_SECONDS)
