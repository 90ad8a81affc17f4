"""Text to tokens, in one pass and linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ropeway.expressions.dialect import Dialect
from ropeway.expressions.errors import ExpressionError

MAX_TEXT = 16_384
"""The longest expression in characters."""

MAX_TOKENS = 4_000

Kind = Literal["name", "attribute", "parameter", "variable", "text", "number", "operator", "end"]

_WORDS = r"""(?P<space>\s+)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |\[(?P<attribute>\s*[^\s\[\]"(),][^\[\]"(),]*)\]
    |%(?P<parameter>[A-Za-z]+(?:\.[A-Za-z]+)?)%
    |\$(?P<variable>[A-Za-z_][A-Za-z0-9_]*)
    |"(?P<text>TEXT)"
    |&[Hh](?P<hex>[0-9A-Fa-f]+)(?![0-9A-Za-z_])
    |(?P<number>[0-9]+)(?![0-9A-Za-z_.])
    |(?P<operator>&&|\|\||<>|<=|>=|[=<>&+\-*(),])"""


def _words(text: str) -> re.Pattern[str]:
    return re.compile(_WORDS.replace("TEXT", text), re.VERBOSE | re.DOTALL)


_ESCAPING = _words(r'(?:[^"\\]|\\.)*')
_DOUBLING = _words(r'(?:[^"]|"")*')
"""In Connect a quotation mark is doubled, as in Visual Basic, and a backslash is a backslash."""

_ESCAPES = {"\\": "\\", '"': '"', "n": "\n", "r": "\r", "t": "\t"}
_INTEGER_END = 1 << 63


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression and where it starts."""

    kind: Kind
    value: str | int
    at: int


def tokenize(text: str, dialect: Dialect) -> list[Token]:
    """The tokens of a text, an `end` token last; `ExpressionError` where a character begins none."""
    pattern = _DOUBLING if dialect is Dialect.CONNECT else _ESCAPING
    if len(text) > MAX_TEXT:
        raise ExpressionError(text, MAX_TEXT, f"an expression has at most {MAX_TEXT} characters, this has {len(text)}")
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            raise ExpressionError(text, at, _why_no_token(text, at))
        if match.lastgroup != "space":
            found.append(_token(text, match, dialect))
            if len(found) > MAX_TOKENS:
                raise ExpressionError(text, at, f"an expression has at most {MAX_TOKENS} names, values and signs")
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _token(text: str, match: re.Match[str], dialect: Dialect) -> Token:
    at, written = match.start(), match[match.lastgroup or 0]
    match match.lastgroup:
        case "name":
            return Token("name", written, at)
        case "attribute":
            return Token("attribute", written.strip(), at)
        case "parameter":
            return Token("parameter", written, at)
        case "variable":
            return Token("variable", written, at)
        case "text":
            if dialect is Dialect.CONNECT:
                return Token("text", written.replace('""', '"'), at)
            return Token("text", _unescaped(text, written, at + 1), at)
        case "hex":
            return Token("number", _integer(text, written, 16, at), at)
        case "number":
            return Token("number", _integer(text, written, 10, at), at)
        case _:
            return Token("operator", written, at)


def _integer(text: str, digits: str, radix: int, at: int) -> int:
    significant = digits.lstrip("0") or "0"
    number = int(significant, radix) if len(significant) <= 20 else _INTEGER_END
    if number >= _INTEGER_END:
        raise ExpressionError(text, at, "a number is at most 9223372036854775807 (64 bits, signed)")
    return number


def _unescaped(text: str, written: str, at: int) -> str:
    if "\\" not in written:
        return written
    parts: list[str] = []
    index = 0
    while index < len(written):
        char = written[index]
        if char == "\\":
            escape = written[index + 1]
            if escape not in _ESCAPES:
                raise ExpressionError(text, at + index, 'after \\ expected one of \\ " n r t; a \\ is written \\\\')
            char = _ESCAPES[escape]
            index += 1
        parts.append(char)
        index += 1
    return "".join(parts)


def _why_no_token(text: str, at: int) -> str:
    match text[at]:
        case '"':
            return 'a text that is not closed: expected "'
        case "[":
            return "an attribute is written [name]: expected a name and ]"
        case "“" | "”" | "„":
            return 'a curly quotation mark: expected the straight one, "'
        case "%":
            return "a parameter is written %Domain.FQDN%: expected a name and %"
        case "$":
            return "a variable is written $item: expected a name"
        case "/":
            return "there is no division in this language: expected another operator"
        case char if char.isdigit():
            return "expected a whole number"
        case char:
            return f"“{char if char.isprintable() else ascii(char)}” begins nothing that is known"
