"""``<id:name>`` in paths: a row's id."""

from django.urls import register_converter

from mediadl.api.limits import INTEGER_LIMIT


class IdConverter:
    """1 to what a database column holds, without leading zeros; anything else is no such path."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        """The number; ``ValueError`` means that the path does not match."""
        number = int(value)
        if number > INTEGER_LIMIT:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        """The number as it stands in a path."""
        return str(value)


def register_id_converter() -> None:
    """Let paths use ``<id:...>``; called once, before any are read."""
    register_converter(IdConverter, "id")
