"""YAML read as text with line numbers, and nothing that surprises: `NO`, `012` and `2026-01-31` stay what was typed.

No aliases, no tags, no doubled keys, one document, bounded in size and depth. Which plain scalar is a number or a truth
says the schema that is read (`typed`), not its look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ropeway.model.problems import shown
from ropeway.rules.refusals import refused

MAX_CHARACTERS = 4_000_000
MAX_DEPTH = 40
MAX_VALUES = 200_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class Plain(str):
    """A scalar without quotes: text, unless a number, a truth or nothing is wanted in its place."""

    __slots__ = ()

    def guessed(self) -> Any:
        """As YAML 1.2's core schema reads it, where nothing says what is wanted."""
        if _NUMBER.fullmatch(self):
            return int(self)
        return _WORDS.get(self, str(self))


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence."""

    items: list[Node]
    line: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping, and the lines of its keys."""

    pairs: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Scalar | Items | Pairs


def read_yaml(text: str) -> Node:
    """The one document in a text. RopewayError `schema-unreadable` names the line."""
    if len(text) > MAX_CHARACTERS:
        raise refused("schema-unreadable", "line 1", f"more than {MAX_CHARACTERS:,} characters")
    try:
        return _Reading(yaml.parse(text, Loader=_LOADER)).document()
    except yaml.MarkedYAMLError as error:
        mark: Any = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        raise _at(mark.line if mark else 0, f"not YAML: {shown(said)}") from error
    except yaml.YAMLError as error:
        raise _at(0, f"not YAML: {shown(str(error).splitlines()[0])}") from error


def plain(node: Node) -> Any:
    """The document as dictionaries, lists and texts; texts without quotes are `Plain`."""
    match node:
        case Scalar(value):
            return value
        case Items(items):
            return [plain(item) for item in items]
        case Pairs(pairs):
            return {key: plain(part) for key, part in pairs.items()}


def _at(line: int, reason: str) -> Exception:
    return refused("schema-unreadable", f"line {line + 1}", reason)


class _Reading:
    """Events to nodes. Depth and number are bounded, so recursion is too."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._values = 0

    def document(self) -> Node:
        found: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if found is not None:
                    raise _at(_line(event), "a second document; a file holds one")
                found = self._node(next(self._events), 0)
        if found is None:
            raise _at(0, "the file is empty")
        return found

    def _node(self, event: Any, depth: int) -> Node:
        line = _line(event)
        self._values += 1
        if depth > MAX_DEPTH or self._values > MAX_VALUES:
            raise _at(line, f"more than {MAX_DEPTH} levels or {MAX_VALUES:,} values")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _at(line, "anchors and aliases (& and *) are not read: write the part out, or put it in quotes")
        if event.tag is not None:
            raise _at(line, "tags (!) are not read: put the text in quotes")
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(self._text(event), line + 1)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items([self._node(e, depth + 1) for e in self._until(yaml.SequenceEndEvent)], line + 1)
        return self._mapping(line, depth)

    def _mapping(self, line: int, depth: int) -> Pairs:
        pairs: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for event in self._until(yaml.MappingEndEvent):
            at = _line(event)
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise _at(at, "a key that is no text")
            if key.value in pairs:
                raise _at(at, f"the key “{shown(key.value)}” is here a second time, first in line {lines[key.value]}")
            lines[str(key.value)] = at + 1
            pairs[str(key.value)] = self._node(next(self._events), depth + 1)
        return Pairs(pairs, lines, line + 1)

    def _until(self, end: type) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _text(self, event: Any) -> str:
        value: str = event.value
        if any("\ud800" <= c <= "\udfff" for c in value):
            raise _at(_line(event), "not YAML: half of a surrogate pair")
        return Plain(value) if event.style in (None, "") else value


def _line(event: Any) -> int:
    return event.start_mark.line
