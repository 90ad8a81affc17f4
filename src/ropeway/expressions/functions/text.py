"""Functions that work on text. Positions count from 1."""

from __future__ import annotations

from ropeway.expressions.dialect import CLOUD, CONNECT, NOT_CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, Parameter, function, number, text
from ropeway.expressions.letters import lowered
from ropeway.expressions.values import Compare, checked_items, checked_length

_COMPARE = Parameter("compare", "compare", required=False)


@function("Append", text("source"), text("suffix"), dialects=NOT_CONNECT, result="text")
def append(source: str, suffix: str) -> str:
    """The source with the suffix after it.

    `Append([userPrincipalName], ".test")` gives "John.Doe@contoso.com.test". NULL stays NULL.
    """
    checked_length(len(source) + len(suffix), "Append", "suffix")
    return source + suffix


@function(
    "InStr",
    text("source"),
    text("match"),
    number("start", required=False),
    _COMPARE,
    takes_null=True,
    result="number",
    shortens=True,
)
def in_str(source: str | None, match: str | None, start: int | None = 1, compare: Compare | None = None) -> int:
    """The position of the first occurrence of a text in another, 0 if there is none.

    `InStr("The quick brown fox", "quick")` gives 5, `InStr("repEated", "e", 3, vbBinaryCompare)` gives 7. Upper and
    lower case differ unless the last argument is vbTextCompare. In NULL nothing is found.
    """
    if source is None or match is None:
        return 0
    if compare is not None and compare.folds:
        source, match = lowered(source), lowered(match)
    return source.find(match, max((start or 1) - 1, 0)) + 1


@function(
    "InStrRev",
    text("source"),
    text("match"),
    number("start", required=False),
    _COMPARE,
    takes_null=True,
    dialects=CONNECT,
    result="number",
)
def in_str_rev(source: str | None, match: str | None, start: int | None = None, compare: Compare | None = None) -> int:
    """The position of the last occurrence of a text in another, 0 if there is none.

    `InStrRev("abbcdbbbef", "bb")` gives 7. With a start, only what lies before and at that position is searched. Upper
    and lower case differ unless the last argument is vbTextCompare. In NULL nothing is found.
    """
    if source is None or match is None:
        return 0
    if compare is not None and compare.folds:
        source, match = lowered(source), lowered(match)
    end = len(source) if start is None or start < 0 else start
    return source.rfind(match, 0, end) + 1


@function("Left", text("source"), number("count"), takes_null=True, result="text", shortens=True)
def left(source: str | None, count: int | None) -> str:
    """That many characters from the left.

    `Left("John Doe", 3)` gives "Joh". A count below 0 gives the source, NULL gives "".
    """
    if source is None:
        return ""
    return source if count is None or count < 0 else source[:count]


@function("Right", text("source"), number("count"), takes_null=True, dialects=CONNECT, result="text", shortens=True)
def right(source: str | None, count: int | None) -> str:
    """That many characters from the right.

    `Right("John Doe", 3)` gives "Doe". A count below 0 gives the source, NULL gives "".
    """
    if source is None:
        return ""
    return source if count is None or count < 0 else source[max(len(source) - count, 0) :]


@function("Len", text("source"), dialects=CONNECT, result="number", shortens=True)
def length(source: str) -> int:
    """The number of characters. `Len("John Doe")` gives 8. NULL stays NULL."""
    return len(source)


@function(
    "Mid",
    text("source"),
    number("start"),
    number("count", required=False),
    takes_null=True,
    result="text",
    shortens=True,
)
def mid(source: str | None, start: int | None, count: int | None = None) -> str:
    """That many characters from a position on, or all the rest.

    `Mid("John Doe", 3, 5)` gives "hn Do". A start outside of the source, or a count below 0, gives the source; NULL
    gives "".
    """
    if source is None:
        return ""
    if count == 0:
        return ""
    if start is None or start <= 0 or start > len(source) or (count is not None and count < 0):
        return source
    return source[start - 1 :] if count is None else source[start - 1 : start - 1 + count]


@function("Trim", text("source"), result="text", shortens=True)
def trim(source: str) -> str:
    """The text without white space at either end. `Trim([proxyAddresses])` trims every value."""
    return source.strip()


@function("LTrim", text("source"), dialects=CONNECT, result="text", shortens=True)
def left_trim(source: str) -> str:
    """The text without white space at its beginning. `LTrim(" Test ")` gives "Test "."""
    return source.lstrip()


@function("RTrim", text("source"), dialects=CONNECT, result="text", shortens=True)
def right_trim(source: str) -> str:
    """The text without white space at its end. `RTrim(" Test ")` gives " Test"."""
    return source.rstrip()


@function("StripSpaces", text("source"), dialects=NOT_CONNECT, result="text", shortens=True)
def strip_spaces(source: str) -> str:
    """The text without any space, those in its middle included. `StripSpaces("van der Berg")` gives "vanderBerg"."""
    return source.replace(" ", "")


def _padding(source: str | None, wanted: int | None, pad: str | None, name: str) -> str:
    if source is None:
        return ""
    if pad is None or len(pad) != 1:
        raise ExpressionFailed(name, "padCharacter", pad, "exactly one character is needed")
    checked_length(wanted or 0, name, "length")
    return pad * ((wanted or 0) - len(source))


_PAD = (text("source"), number("length"), text("padCharacter"))


@function("PadLeft", *_PAD, takes_null=True, dialects=CONNECT, result="text")
def pad_left(source: str | None, wanted: int | None, pad: str | None) -> str:
    """The text, filled up at its beginning to a length. A text that is long enough stays as it is; NULL gives "".

    `PadLeft("User", 10, "0")` gives "000000User".
    """
    return _padding(source, wanted, pad, "PadLeft") + (source or "")


@function("PadRight", *_PAD, takes_null=True, dialects=CONNECT, result="text")
def pad_right(source: str | None, wanted: int | None, pad: str | None) -> str:
    """The text, filled up at its end to a length. A text that is long enough stays as it is; NULL gives "".

    `PadRight("User", 10, "0")` gives "User000000".
    """
    return (source or "") + _padding(source, wanted, pad, "PadRight")


@function("Word", text("source"), number("number"), text("delimiters"), takes_null=True, result="text", shortens=True)
def word(source: str | None, place: int | None, delimiters: str | None) -> str:
    """One of the words of a text, counted from 1; each of the delimiters' characters separates words.

    `Word("The quick brown fox", 3, " ")` gives "brown", `Word("This,string!has&many separators", 3, ",!&#")` gives
    "has". "" where there are fewer words, for a number below 1, and for NULL.
    """
    if source is None or place is None or place < 1:
        return ""
    found = source
    for delimiter in (delimiters or "")[1:]:
        found = found.replace(delimiter, (delimiters or "")[0])
    words = found.split((delimiters or "")[0], place) if delimiters else [source]
    return words[place - 1] if place <= len(words) else ""


_SPLIT = (text("source"), text("delimiter"))


def _delimited(source: str, delimiter: str, most: int) -> list[str]:
    if len(delimiter) != 1:
        raise ExpressionFailed("Split", "delimiter", delimiter, "exactly one character is needed")
    checked_items(source.count(delimiter) + 1 if most < 0 else most, "Split", "source")
    return source.split(delimiter, most)


@function("Split", *_SPLIT, number("limit", required=False), dialects=CONNECT, result="texts")
def split(source: str, delimiter: str, limit: int | None = None) -> list[str]:
    """The parts of a text between single delimiter characters, as many values; the last of `limit` parts is the rest.

    `Split("SMTP:john.doe@contoso.com,smtp:jd@contoso.com", ",")` gives two values. NULL stays NULL.
    """
    if limit is not None and limit < 1:
        raise ExpressionFailed("Split", "limit", limit, "at least 1 is needed")
    return _delimited(source, delimiter, -1 if limit is None else min(limit, len(source) + 1) - 1)


@function("Split", *_SPLIT, dialects=CLOUD, result="texts")
def split_trimmed(source: str, delimiter: str) -> list[str]:
    """The parts of a text between single delimiter characters, as many values, without white space at their ends.

    `Split([extensionAttribute5], ",")` of "PermissionSetOne, PermissionSetTwo" gives "PermissionSetOne" and
    "PermissionSetTwo". NULL stays NULL.
    """
    return [part.strip() for part in _delimited(source, delimiter, -1)]


FUNCTIONS: tuple[Function, ...] = (
    append, in_str, in_str_rev, left, right, length, mid, trim, left_trim, right_trim, strip_spaces,
    pad_left, pad_right, word, split, split_trimmed,
)  # fmt: skip
