"""Regular expressions of .NET on RE2, whose time grows with the text alone.

RE2 has no look-around and no back-references; they are refused with a sentence. `\\d`, `\\w` and `\\s` mean Unicode, as
in .NET. `$` is the end of the text only, not before a last line break. Why RE2: docs/decisions/regular-expressions.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, cast

import re2

MAX_PATTERN = 2_000
MAX_TEXT = 16_384
"""The longest text, in characters, that a regular expression works on."""

_MEMORY = 4 << 20

_OUTSIDE = {
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": r"[\p{L}\p{Mn}\p{Nd}\p{Pc}]",
    "W": r"[^\p{L}\p{Mn}\p{Nd}\p{Pc}]",
    "s": r"[\t-\r\x{85}\p{Z}]",
    "S": r"[^\t-\r\x{85}\p{Z}]",
    "Z": r"\z",
    "e": r"\x{1b}",
}
_INSIDE = {
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "w": r"\p{L}\p{Mn}\p{Nd}\p{Pc}",
    "s": r"\t-\r\x{85}\p{Z}",
    "W": r"\p{Mc}\p{Me}\p{Nl}\p{No}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{S}\p{Z}\p{C}",
    "S": r"\x{0}-\x{8}\x{e}-\x{1f}\x{7f}-\x{84}\x{86}-\x{9f}\p{Cf}\p{Co}\p{L}\p{M}\p{N}\p{P}\p{S}",
    "b": r"\x{8}",
    "e": r"\x{1b}",
}
_ESCAPES = frozenset("dDwWsSbBAzZnrtfvaexpP")
"""The letters that mean something after a backslash."""
_REFUSED = {
    "(?=": "looking ahead",
    "(?!": "looking ahead",
    "(?<=": "looking back",
    "(?<!": "looking back",
    "(?>": "a group that gives nothing back",
    "(?(": "a condition",
    "(?#": "a comment",
}
_GROUP = re.compile(r"\(\?(?:<([A-Za-z_][A-Za-z0-9_]*)>|'([A-Za-z_][A-Za-z0-9_]*)')")
_FLAGS = re.compile(r"\(\?([a-z]*)(?:-([a-z]+))?[:)]")
_TEMPLATE = re.compile(r"\$(?:(\$)|(&|0)|([1-9][0-9]?)|\{([A-Za-z0-9_]+)\})")


class Match(Protocol):
    """What RE2 found."""

    def group(self, group: int = 0, /) -> str | None:
        """The text of a group; None where it took no part."""
        ...

    def span(self, group: int = 0, /) -> tuple[int, int]:
        """Where a group matched; (-1, -1) where it took no part."""
        ...


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, ready to be used."""

    text: str
    groups: Mapping[str, int]
    """Number by name, and by the number itself as text."""
    find: Callable[[str], Iterator[Match]]


class Unreadable(ValueError):  # noqa: N818 - said of a text, not of the program
    """A pattern that cannot be used: a sentence, and the place in it."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.at = at


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern:
    """A pattern of .NET; `Unreadable` where RE2 cannot do what it asks."""
    if len(text) > MAX_PATTERN:
        raise Unreadable(MAX_PATTERN, f"a regular expression has at most {MAX_PATTERN} characters")
    engine: Any = re2
    options: Any = engine.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        made: Any = engine.compile("".join(_translated(text)), options)
    except UnicodeEncodeError as error:
        raise Unreadable(error.start, "a character that is none (a lone surrogate)") from None
    except engine.error as error:
        raise Unreadable(0, f"a regular expression that cannot be used: {_said(error)}") from None
    groups = {str(number): number for number in range(made.groups + 1)} | dict(made.groupindex)
    return Pattern(text, groups, cast(Callable[[str], Iterator[Match]], made.finditer))


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else "unknown"
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


def _translated(text: str) -> Iterator[str]:
    at, inside = 0, False
    while at < len(text):
        char = text[at]
        if char == "\\":
            piece, at = _escape(text, at, inside)
        elif char == "[" and inside and text[at - 1] == "-":
            raise Unreadable(at, "taking one class of characters from another is not supported")
        elif char == "[":
            piece, at = _opened(text, at) if not inside else (r"\[", at + 1)
            inside = True
        elif char == "]" and inside:
            piece, at, inside = char, at + 1, False
        elif char == "(" and not inside:
            piece, at = _group(text, at)
        else:
            piece, at = char, at + 1
        yield piece


def _opened(text: str, at: int) -> tuple[str, int]:
    """The beginning of a class: a ] right there is a character."""
    end = at + 1 + text.startswith("^", at + 1)
    if text.startswith("]", end):
        return text[at:end] + r"\]", end + 1
    return text[at:end], end


def _escape(text: str, at: int, inside: bool) -> tuple[str, int]:
    if at + 1 == len(text):
        raise Unreadable(at, "a regular expression that ends with \\")
    char = text[at + 1]
    if char in "123456789" and not inside:
        raise Unreadable(at, f"a reference to what a group matched (\\{char}) is not supported")
    if char == "u" and re.fullmatch("[0-9A-Fa-f]{4}", text[at + 2 : at + 6]):
        return f"\\x{{{text[at + 2 : at + 6]}}}", at + 6
    if char.isalpha() and char not in _ESCAPES:
        raise Unreadable(at, f"\\{char} is not supported")
    return (_INSIDE if inside else _OUTSIDE).get(char, text[at : at + 2]), at + 2


def _group(text: str, at: int) -> tuple[str, int]:
    if not text.startswith("(?", at):
        return "(", at + 1
    for sign, what in _REFUSED.items():
        if text.startswith(sign, at):
            raise Unreadable(at, f"{what}, {sign}…), is not supported")
    named = _GROUP.match(text, at)
    if named is not None:
        return f"(?P<{named[1] or named[2]}>", named.end()
    flags = _FLAGS.match(text, at)
    if flags is None or set((flags[1] or "") + (flags[2] or "")) - set("ims"):
        raise Unreadable(at, "a group of this kind is not supported: expected (?<name>…), (?:…), (?i) or the like")
    return flags[0], flags.end()


Piece = str | int
"""Text that stands for itself, or the number of a group; 0 is the whole match."""


def template(text: str, groups: Mapping[str, int]) -> tuple[Piece, ...]:
    """The pieces of a replacement: `$1`, `${name}`, `$&`, `$$` as in .NET; `Unreadable` for a group there is not."""
    found: list[Piece] = []
    end = 0
    for match in _TEMPLATE.finditer(text):
        found.append(text[end : match.start()])
        end = match.end()
        group = "0" if match[2] is not None else match[3] or match[4]
        if match[1] is not None:
            found.append("$")
        elif group in groups:
            found.append(groups[group])
        else:
            raise Unreadable(match.start(), f"the regular expression has no group {group}")
    found.append(text[end:])
    return tuple(piece for piece in found if piece != "")


def filled(pieces: tuple[Piece, ...], match: Match) -> str:
    """The replacement of one match."""
    return "".join(piece if isinstance(piece, str) else match.group(piece) or "" for piece in pieces)
