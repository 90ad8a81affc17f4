"""A `$filter` to tokens (OData ABNF 4.01, the part of it that Graph has)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

TokenKind = Literal["text", "time", "guid", "number", "name", "mark", "end"]

MOST_CHARACTERS = 8192
"""Of one filter; a longer one is no question that a person has."""

_TOKEN = re.compile(
    r"(?P<space>[ \t]+)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<guid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![\w-]))"
    r"|(?P<time>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,12})?)?(?:Z|[+-]\d\d:\d\d))?(?![\w:+-]))"
    r"|(?P<number>-?\d{1,30}(?:\.\d{1,30})?(?![\w.]))"
    r"|(?P<name>[A-Za-z_$][A-Za-z0-9_.]{0,127})"
    r"|(?P<mark>[(),/:])",
    re.ASCII,
)


class Token(NamedTuple):
    """A part of a filter. `text` of a quoted text is what it means."""

    kind: TokenKind
    text: str
    at: int


class FilterError(Exception):
    """A filter that cannot be read: why, and the place, counted from 0."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(f"{reason} at position {at}")
        self.reason = reason
        self.at = at


def tokens(text: str) -> Iterator[Token]:
    """The tokens, and at last one of the kind `end`; FilterError at the first character that begins none."""
    if len(text) > MOST_CHARACTERS:
        raise FilterError(f"a filter of more than {MOST_CHARACTERS:,} characters", MOST_CHARACTERS)
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise FilterError(_trouble(text[at]), at)
        if "\0" in found[0]:
            raise FilterError("a null character", at + found[0].index("\0"))
        if found.lastgroup != "space":
            yield _token(found.lastgroup, found[0], at)
        at = found.end()
    yield Token("end", "", at)


def _token(kind: str, text: str, at: int) -> Token:
    match kind:
        case "text":
            return Token("text", text[1:-1].replace("''", "'"), at)
        case "time" | "guid" | "number" | "name":
            return Token(kind, text, at)
        case _:
            return Token("mark", text, at)


def _trouble(character: str) -> str:
    return "an unterminated string literal" if character == "'" else f"an unexpected character {character!r}"
