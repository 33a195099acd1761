"""Response headers: collected within a limit, read without regard to case."""

from collections.abc import Iterator, Mapping


class HeaderMap(Mapping[str, str]):
    """The headers of one response; names in any case, several of one name joined by ``, ``."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.lower(), []).append(value)

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._values[name.lower()])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> list[str]:
        """Every value of ``name``, in order; for headers such as ``Set-Cookie`` that cannot be joined."""
        return list(self._values.get(name.lower(), []))

    def __repr__(self) -> str:
        return f"HeaderMap({dict(self)!r})"
