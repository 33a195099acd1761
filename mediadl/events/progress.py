"""The key under which an item's progress event replaces the one before."""


def progress_key(queue_id: int) -> str:
    """The outbox key of one queue item's progress: only its newest progress event is kept."""
    return f"progress:{queue_id}"
