"""The app's place in Django."""

from django.apps import AppConfig


class DownloadsConfig(AppConfig):
    """Registers what this room gives to the others when the process starts."""

    name = "downloads"
    label = "downloads"

    def ready(self) -> None:
        """The path template is this room's own setting."""
        from downloads.path_template import DEFAULT_TEMPLATE, template_problem
        from mediadl.configuration.registry import Kind, Leaf, register

        register(
            Leaf(
                "general.path_template",
                Kind.TEXT,
                DEFAULT_TEMPLATE,
                "Path of new files",
                "Below the download folder; {collection}, {platform}, {downloader}, {source}, {content_type}, "
                "{media_id}, {date}, {time}, {year}, {month}, {day}. The extension follows the content.",
                high=200,
                check=template_problem,
            )
        )
