"""Names that a request may get wrong: the API answers 422 and says which field.

A platform or downloader that is switched off is :class:`mediadl.api.errors.PlatformDisabledError`.
"""

from mediadl.api.errors import InvalidFieldsError


class UnknownPlatformError(InvalidFieldsError):
    """There is no platform of this name."""

    def __init__(self, detail: str) -> None:
        super().__init__({"platform": [detail]}, detail)


class UnknownDownloaderError(InvalidFieldsError):
    """The platform has no downloader of this name."""

    def __init__(self, detail: str) -> None:
        super().__init__({"downloader": [detail]}, detail)
