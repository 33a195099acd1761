"""What answers have besides the specification's examples; each row is a decision of ``api-decisions.md``.

A row is: endpoint, place in the answer, what may differ there, why. An addition that no answer has
any more fails the test too, so this table stays true.
"""

from collections import defaultdict

from tests.api.specification.shapes import Allowance

ERROR = "detail error_code timestamp request_id"
_METADATA = "downloader media_url media_type width height has_thumbnail queue_id"

# Names that every such object has in addition.
ADDED = (
    ("GET /downloads", "items[]", "kept", "Downloads: kept"),
    ("GET /downloads", "items[].metadata", _METADATA, "Downloads: more keys may be added to metadata"),
    ("GET /downloads/{id}", "", "kept url_hash", "Downloads: kept; url_hash as in the list"),
    (
        "GET /downloads/{id}",
        "metadata",
        f"{_METADATA} shares_bytes_with tags note",
        "Downloads: more keys may be added to metadata",
    ),
    ("GET /downloads/stats", "", "by_content_type", "Downloads, stats: addition"),
    (
        "GET /queue",
        "items[]",
        "items_downloaded items_total items_skipped items_failed next_attempt_at reason",
        "Queue: items also carry",
    ),
    ("GET /queue", "", "paused cancelled", "Queue: six statuses"),
    ("GET /queue/stats", "", "paused cancelled", "Queue: six statuses"),
    ("GET /scheduler/history", "history[]", "due_at queue_id", "Scheduler: history bound to queue items"),
    ("GET /platforms", "platforms[]", "last_error next_attempt_at rate_limit", "Platforms: additions"),
    ("GET /platforms", "platforms[].downloaders[]", "status setup_hint rate_limit", "Platforms: unconfigured"),
)

# Places where names are data, not a form.
KEYED = (
    ("GET /downloads/stats", "by_platform", "collections"),
    ("GET /downloads/stats", "by_source", "sources"),
    ("GET /stats/overview", "platforms", "every enabled platform"),
)

# Places where any object may stand.
FREE = (
    ("GET /queue", "items[].metadata", "Queue: metadata is the client's own object"),
    ("GET /scheduler/jobs", "jobs[].config", "Scheduler: what the platform's request takes"),
    ("GET /logs", "logs[].metadata", "what a log line tells besides"),
)

# Places where more names may come.
_SETTINGS = (
    *("", "general", "platforms", "platforms.instagram", "platforms.instagram.fastdl", "platforms.instagram.toolzu"),
    *("platforms.tiktok", "notifications", "notifications.email", "notifications.browser"),
)
OPEN = tuple(
    ("GET /settings", place, "Settings: the spec's keys are binding, more may be added") for place in _SETTINGS
)

# Places where null may stand in place of a value of that kind, or the other way round.
_TIME = "a time in seconds"
NULL_OR = (
    ("GET /queue", "items[].referer", "text", "as the client gave it"),
    ("GET /queue", "items[].started_at", _TIME, "null before the first start"),
    ("GET /queue", "items[].download_date", _TIME, "null until it has completed"),
    ("GET /queue", "items[].estimated_completion", _TIME, "null unless it runs"),
    ("GET /queue", "items[].assigned_worker", "text", "null unless it runs"),
    ("GET /queue", "items[].error_message", "text", "null where all is well"),
    ("GET /queue/stats", "estimated_completion", _TIME, "Queue, stats: null when there is nothing to estimate from"),
    ("GET /scheduler/history", "history[].error_message", "text", "null after a success"),
    ("GET /platforms", "platforms[].last_successful_download", _TIME, "null before the first one"),
)


def allowance(endpoint: str) -> Allowance:
    """The rows of one endpoint."""
    added: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for name, place, names, _why in ADDED:
        if name == endpoint:
            added[place] |= frozenset(names.split())
    return Allowance(
        added=dict(added),
        keyed=frozenset(place for name, place, _why in KEYED if name == endpoint),
        free=frozenset(place for name, place, _why in FREE if name == endpoint),
        open=frozenset(place for name, place, _why in OPEN if name == endpoint),
        null_or={place: kind for name, place, kind, _why in NULL_OR if name == endpoint},
    )
