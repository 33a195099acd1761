"""The settings tree as a form: sections of leaves, each as a field of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mediadl.configuration.registry import Kind, Leaf, leaves
from mediadl.configuration.selectors import value
from mediadl.ui.presenters.platform_words import platform_icon, platform_label
from mediadl.ui.words import number

_STORAGE = (
    "general.storage_limit_gb",
    "general.storage_limit_action",
    "general.auto_cleanup_days",
    "general.free_space_floor_mb",
    "general.recycle_bin_days",
    "general.path_template",
    "general.sidecar_files",
)
_UNITS = {
    "_gb": "GB",
    "_days": "days",
    "_mb": "MB",
    "_kb": "KB/s",
    "_seconds": "s",
    "_minutes": "min",
    "_per_hour": "an hour",
}
_WIDE = ("general.path_template",)  # takes the whole row
_EXAMPLES = {"general.quiet_hours": "23:00-07:00"}
_SLIDER_HIGH = 64  # a range that is worth a slider
_UNIT_IN_LABEL = (" (GB)", " (MB)", " (days)", " (KB/s)")


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a field, in words."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf: what it is called, its value now, and what may be typed."""

    path: str
    kind: str
    label: str
    help: str
    value: Any
    is_set: bool
    is_cleared: bool
    low: str
    high: str
    unit: str
    bounds: str
    options: list[Option]
    slider: bool
    wide: bool
    example: str
    error: str


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together; ``switch`` is the one in the heading."""

    key: str
    title: str
    icon: str
    fields: list[Field] = field(default_factory=list)
    switch: Field | None = None

    @property
    def has_error(self) -> bool:
        """Whether something in it needs correcting."""
        return any(one.error for one in self.fields)


def _section_of(path: str) -> tuple[str, str, str]:
    """Key, title and icon of the section that a leaf stands in."""
    top, _, rest = path.partition(".")
    if path in _STORAGE:
        return "storage", "Storage", "database"
    if top == "general":
        return "downloads", "Downloads", "download"
    if top == "platforms":
        name = rest.partition(".")[0]
        return name, platform_label(name), platform_icon(name)
    return top, top.replace("_", " ").capitalize(), {"notifications": "bell"}.get(top, "adjustments-horizontal")


def _plain(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _bounds(leaf: Leaf) -> str:
    if leaf.kind not in (Kind.INTEGER, Kind.NUMBER) or leaf.low is None or leaf.high is None:
        return ""
    return f"{number(int(leaf.low))} to {number(int(leaf.high))}"


def _label(leaf: Leaf) -> str:
    label = leaf.label
    for unit in _UNIT_IN_LABEL:
        label = label.removesuffix(unit)
    return label


def _field(leaf: Leaf, errors: Mapping[str, Any], typed: Mapping[str, Any]) -> Field:
    current = value(leaf.path)
    is_secret = leaf.kind is Kind.SECRET
    shown = "" if is_secret else current
    if leaf.kind is Kind.TEXT_LIST and isinstance(shown, list):
        shown = "\n".join(shown)
    numeric = leaf.kind in (Kind.INTEGER, Kind.NUMBER)
    return Field(
        path=leaf.path,
        kind=leaf.kind.value,
        label=_label(leaf),
        help=leaf.help,
        value=typed.get(leaf.path, shown),
        is_set=bool(current) if is_secret else False,
        is_cleared=is_secret and _clearing(leaf.path) in typed,
        low=_plain(leaf.low) if numeric else "",
        high=_plain(leaf.high),
        unit=next((unit for ending, unit in _UNITS.items() if leaf.path.endswith(ending)), "") if numeric else "",
        bounds=_bounds(leaf),
        options=_options(leaf, typed.get(leaf.path, shown)),
        slider=leaf.kind is Kind.INTEGER
        and leaf.high is not None
        and leaf.high <= _SLIDER_HIGH
        and leaf.low is not None,
        wide=leaf.path in _WIDE,
        example=_EXAMPLES.get(leaf.path, ""),
        error=" ".join(errors.get(leaf.path, [])),
    )


def _options(leaf: Leaf, chosen: Any) -> list[Option]:
    """Each choice, and whether it is in ``chosen``: one choice, or lines of them."""
    picked = str(chosen).splitlines()
    return [Option(choice, leaf.words.get(choice, choice), choice in picked) for choice in leaf.choices]


def _clearing(path: str) -> str:
    """The name of the box that empties a secret: its empty field means that it stays."""
    return f"{path}.clear"


def _is_switch(leaf: Leaf) -> bool:
    """A platform's own switch stands in its section's heading."""
    parts = leaf.path.split(".")
    return parts[0] == "platforms" and parts[2:] == ["enabled"]


def sections(errors: Mapping[str, Any] | None = None, typed: Mapping[str, Any] | None = None) -> list[Section]:
    """All sections in the order of the tree; ``typed`` are values that were not taken."""
    found: dict[str, Section] = {}
    for leaf in leaves():
        key, title, icon = _section_of(leaf.path)
        section = found.get(key) or Section(key, title, icon)
        one = _field(leaf, errors or {}, typed or {})
        if _is_switch(leaf):
            found[key] = Section(key, title, icon, section.fields, one)
        else:
            section.fields.append(one)
            found[key] = section
    return list(found.values())


def typed_value(leaf: Leaf, text: str) -> Any:
    """A field's text as the tree wants it; what cannot be read stays text, and the tree says so."""
    if leaf.kind is Kind.BOOLEAN:
        return text == "on"
    if leaf.kind is Kind.TEXT_LIST:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if leaf.kind in (Kind.INTEGER, Kind.NUMBER):
        try:
            return int(text) if leaf.kind is Kind.INTEGER else float(text)
        except ValueError:
            return text
    return text


def patch_of(posted: Mapping[str, str]) -> dict[str, Any]:
    """The nested patch of a sent form; a secret that was left empty stays, unless the box beside it clears it."""
    patch: dict[str, Any] = {}
    for leaf in leaves():
        if leaf.kind is Kind.BOOLEAN:
            if f"{leaf.path}.shown" not in posted:
                continue
            text = posted.get(leaf.path, "")
        elif leaf.kind is Kind.SECRET:
            text = posted.get(leaf.path, "")
            if not text and _clearing(leaf.path) not in posted:
                continue
        elif leaf.path not in posted:
            continue
        else:
            text = posted[leaf.path]
        branch = patch
        *parents, name = leaf.path.split(".")
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[name] = typed_value(leaf, text)
    return patch
