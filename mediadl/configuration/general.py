"""The leaves that belong to no platform (spec: Settings; defaults as in api-decisions)."""

from mediadl.configuration.media_folder import default_download_directory, folder_problem
from mediadl.configuration.registry import Kind, Leaf, register

MAX_STORAGE_GB = 10_000_000


def register_general_leaves() -> None:
    """Put ``general`` into the tree."""
    register(
        Leaf(
            "general.download_directory",
            Kind.TEXT,
            default_download_directory,
            "Download folder",
            "Where new files go; files stored earlier stay where they are and stay found.",
            high=1000,
            check=folder_problem,
        ),
        Leaf(
            "general.concurrent_downloads",
            Kind.INTEGER,
            4,
            "Downloads at once",
            "Media transfers at the same time, over all requests and workers.",
            low=1,
            high=32,
        ),
        Leaf(
            "general.retry_attempts",
            Kind.INTEGER,
            3,
            "Retries",
            "How often a request is tried again after a failure that may pass.",
            low=0,
            high=20,
        ),
        Leaf(
            "general.default_priority",
            Kind.INTEGER,
            5,
            "Default priority",
            "1 starts first, 10 last.",
            low=1,
            high=10,
        ),
        Leaf(
            "general.storage_limit_gb",
            Kind.INTEGER,
            0,
            "Storage limit (GB)",
            "How much the library may take; 0 means no limit.",
            low=0,
            high=MAX_STORAGE_GB,
        ),
        Leaf(
            "general.storage_limit_action",
            Kind.CHOICE,
            "stop",
            "At the storage limit",
            "Stop: downloading pauses until there is room. Remove oldest: files that are not kept go, oldest first.",
            choices=("stop", "remove_oldest"),
        ),
        Leaf(
            "general.auto_cleanup_days",
            Kind.INTEGER,
            0,
            "Clean up after (days)",
            "Files older than this are removed unless kept; 0 means never.",
            low=0,
            high=36_500,
        ),
        Leaf(
            "general.recycle_bin_days",
            Kind.INTEGER,
            30,
            "Recycle bin (days)",
            "How long deleted and replaced files can be restored; they go earlier where room is needed. 0: no bin.",
            low=0,
            high=3_650,
        ),
        Leaf(
            "general.per_host_connections",
            Kind.INTEGER,
            4,
            "Connections to one host",
            "Transfers from the same host at the same time.",
            low=1,
            high=16,
        ),
        Leaf(
            "general.free_space_floor_mb",
            Kind.INTEGER,
            500,
            "Free space to keep (MB)",
            "Downloading pauses before the disk has less than this, and goes on by itself.",
            low=0,
            high=MAX_STORAGE_GB,
        ),
        Leaf(
            "general.update_extractors",
            Kind.BOOLEAN,
            default=False,
            label="Update the extractors",
            help="Install the newest gallery-dl and yt-dlp once a day; they are used only if they pass a test.",
        ),
    )
