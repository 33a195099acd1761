"""Reads ``api-spec.md``: endpoints with their parameters and examples, events, tables.

The file lies beside the checkout (``../shared/spec``). Elsewhere ``MEDIADL_SPECIFICATION`` names it.
"""

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[3]
_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*')
_SECTION = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
_ENDPOINT = re.compile(r"(GET|POST|PATCH|PUT|DELETE) (/\S+)")
_LABEL = re.compile(r"^\*\*(.+?):?\*\*:?$")
_STATUS = re.compile(r"\((\d{3}) ")
_PARAMETER = re.compile(r"^- `(\w+)` \((\w+)\): (.*)$", re.MULTILINE)
_WORDS = re.compile(r"\((\w+(?:, \w+)+)(?:, etc\.)?\)")
_DEFAULT_OR_RANGE = re.compile(r"(default|max): (\w+)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter: ``words`` are the values that the text names, where it names any."""

    name: str
    kind: str
    words: tuple[str, ...]
    default: str | None
    highest: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One documented answer; ``body`` is None where it has none or is no JSON, ``text`` is as written."""

    status: int
    body: Any
    text: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint with everything that the specification says about it."""

    method: str
    path: str
    request: Any
    answers: tuple[Answer, ...]
    parameters: tuple[Parameter, ...]
    example_queries: tuple[str, ...]

    @property
    def name(self) -> str:
        """``GET /downloads/{id}``."""
        return f"{self.method} {self.path}"

    @property
    def success(self) -> Answer:
        """The answer to a request that succeeds."""
        return next(answer for answer in self.answers if answer.status < 400)


def specification() -> str:
    """The file's text; where it is missing the tests are skipped, but never in CI."""
    path = Path(os.environ.get("MEDIADL_SPECIFICATION") or PROJECT.parent / "shared" / "spec" / "api-spec.md")
    if not path.is_file():
        if os.environ.get("CI"):
            pytest.fail(f"the specification is not at {path}; set MEDIADL_SPECIFICATION", pytrace=False)
        pytest.skip(f"no specification at {path}", allow_module_level=True)
    return path.read_text(encoding="utf-8")


def parse_json(text: str) -> Any:
    """JSON with ``//`` comments, as the examples have them."""
    return json.loads(_COMMENT.sub(lambda found: found.group(1) or "", text))


@cache
def sections() -> dict[str, str]:
    """Every second- or third-level heading with the text below it."""
    _before, *parts = _SECTION.split(specification())
    return {parts[n + 1].strip(): parts[n + 2] for n in range(0, len(parts), 3)}


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """All endpoints in the order of the file."""
    found = ((_ENDPOINT.fullmatch(heading), text) for heading, text in sections().items())
    return tuple(_endpoint(match[1], match[2], text) for match, text in found if match)


@cache
def events() -> dict[str, Any]:
    """The socket's example events by their type."""
    examples = [_blocks(text) for heading, text in sections().items() if heading.endswith(" Event")]
    parsed = [parse_json(block) for blocks in examples for _label, block in blocks]
    return {event["type"]: event for event in parsed}


def fenced(heading: str) -> list[str]:
    """The fenced blocks below a heading."""
    return [block for _label, block in _blocks(sections()[heading])]


def _blocks(text: str) -> list[tuple[str, str]]:
    """Fenced blocks, each with the bold label before it; a label without a block has an empty one."""
    blocks: list[tuple[str, str]] = []
    inside: list[str] | None = None
    for line in text.splitlines():
        if line.startswith("```"):
            if inside is None:
                inside = []
            else:
                label = blocks.pop()[0] if blocks and not blocks[-1][1] else ""
                blocks.append((label, "\n".join(inside)))
                inside = None
        elif inside is not None:
            inside.append(line)
        elif label_match := _LABEL.match(line.strip()):
            blocks.append((label_match[1], ""))
    return blocks


def _endpoint(method: str, path: str, text: str) -> Endpoint:
    request, answers, queries = None, [], []
    for label, block in _blocks(text):
        if status := _STATUS.search(label):
            is_json = block.lstrip().startswith(("{", "["))
            answers.append(Answer(int(status[1]), parse_json(block) if is_json else None, block))
        elif label == "Request":
            request = parse_json(block)
        elif label == "Example Request":
            queries += re.findall(r"^GET \S+?(\?\S+)$", block, re.MULTILINE)
    return Endpoint(method, path, request, tuple(answers), _parameters(text), tuple(queries))


def _parameters(text: str) -> tuple[Parameter, ...]:
    return tuple(_parameter(*match.groups()) for match in _PARAMETER.finditer(text))


def _parameter(name: str, kind: str, description: str) -> Parameter:
    words = _WORDS.search(description)
    said = dict(_DEFAULT_OR_RANGE.findall(description))
    return Parameter(
        name=name,
        kind=kind,
        words=tuple(words[1].split(", ")) if words else (),
        default=said.get("default"),
        highest=int(said["max"]) if "max" in said else None,
    )
