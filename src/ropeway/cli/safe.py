"""Text that cannot steer a terminal."""

from __future__ import annotations

import re
from unicodedata import category, east_asian_width

_STEERING = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: escape sequences, line breaks
    "\u2028\u2029"  # line and paragraph separators
    "\u202a-\u202e\u2066-\u2069"  # bidirectional overrides: text that reads other than it is
    "\ufeff\ufff9-\ufffb"
    "\ud800-\udfff"  # lone surrogates, which no encoding can write
    "\U000e0000-\U000e007f"  # invisible tags
    "]"
)

LONGEST = 200


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape", "surrogatepass").decode("ascii")


def safe(text: str) -> str:
    """The text on one line, in any script, with every character escaped that would do something else than be seen."""
    return _STEERING.sub(_escaped, text)


def safe_json(document: str) -> str:
    """A JSON document that means the same and holds no character that a terminal might obey."""
    return re.sub("[\x7f-\x9f\u2028\u2029]", lambda m: f"\\u{ord(m.group()):04x}", document)


def cut(line: str, width: int) -> str:
    """A line that takes no more columns than that."""
    while cells(line) > width:
        line = line[: max(0, len(line) - max(1, (cells(line) - width) // 2))]
    return line


def folded(line: str, width: int) -> list[str]:
    """A line as several that take no more columns than that, broken between words where that can be."""
    inset = " " * (len(line) - len(line.lstrip(" ")) + 2)
    rows = [""]
    for word in re.findall(" *[^ ]+", line):
        if cells(rows[-1] + word) <= width or not rows[-1]:
            rows[-1] += word
        else:
            rows.append(inset + word.lstrip(" "))
        while len(head := cut(rows[-1], max(width, 8))) < len(rows[-1]):
            rows[-1:] = [head, rows[-1][len(head) :]]
    return rows


def cells(text: str) -> int:
    """How many columns of a terminal a line takes: East Asian wide characters two, marks and joiners none."""
    if text.isascii():
        return len(text)
    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in ("W", "F") else 1 for c in text)


def rows_of(value: object) -> list[object]:
    """A list as it is, anything else as the only row."""
    return list(value) if isinstance(value, (list, tuple)) else [value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def brief(value: object, longest: int = LONGEST) -> str:
    """A value of any kind as people read it: one line, safe, cut where it is long."""
    match value:
        case None:
            text = "(empty)"
        case bool():
            text = "true" if value else "false"
        case str():
            text = value or "(empty)"
        case bytes():
            text = f"({len(value)} bytes)"
        case list() | tuple():
            return several([brief(row, longest) for row in rows_of(value)])  # pyright: ignore[reportUnknownArgumentType]
        case dict():
            pairs: list[str] = [f"{safe(str(k))}: {brief(v, longest)}" for k, v in value.items()]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            return ", ".join(pairs)
        case _:
            text = str(value)
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    return safe(text)


def several(texts: list[str], most: int = 5) -> str:
    """A list on one line; a long one is cut and says how many more there are."""
    more = len(texts) - most
    return ", ".join(texts) if more <= 0 else ", ".join(texts[:most]) + f" and {more:,} more"
