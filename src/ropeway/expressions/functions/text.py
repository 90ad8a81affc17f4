"""Functions that work on text. Positions count from 1."""

from __future__ import annotations

from ropeway.expressions.functions.function import Function, Parameter, function, number, text
from ropeway.expressions.values import Compare, checked_length


@function("Append", text("source"), text("suffix"))
def append(source: str, suffix: str) -> str:
    """The source with the suffix after it.

    `Append([userPrincipalName], ".test")` gives "John.Doe@contoso.com.test". NULL stays NULL.
    """
    checked_length(len(source) + len(suffix), "Append", "suffix")
    return source + suffix


@function("InStr", text("source"), text("match"), number("start", required=False),
          Parameter("compare", "compare", required=False), takes_null=True)  # fmt: skip
def in_str(source: str | None, match: str | None, start: int | None = 1, compare: Compare | None = None) -> int:
    """The position of the first occurrence of a text in another, 0 if there is none.

    `InStr("The quick brown fox", "quick")` gives 5, `InStr("repEated", "e", 3, vbBinaryCompare)` gives 7. Upper and
    lower case differ unless the last argument is vbTextCompare. In NULL nothing is found.
    """
    if source is None or match is None:
        return 0
    if compare is not None and compare.folds:
        source, match = source.lower(), match.lower()
    return source.find(match, max((start or 1) - 1, 0)) + 1


@function("Left", text("source"), number("count"), takes_null=True)
def left(source: str | None, count: int | None) -> str:
    """That many characters from the left.

    `Left("John Doe", 3)` gives "Joh". A count below 0 gives the source, NULL gives "".
    """
    if source is None:
        return ""
    return source if count is None or count < 0 else source[:count]


@function("Len", text("source"))
def length(source: str) -> int:
    """The number of characters. `Len("John Doe")` gives 8."""
    return len(source)


@function("Mid", text("source"), number("start"), number("count", required=False), takes_null=True)
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


@function("Replace", text("source"), text("old"), text("new"))
def replace(source: str, old: str, new: str) -> str:
    """The source with every occurrence of a text replaced, upper and lower case being different.

    `Replace([mail], "@contoso.com", "")` removes the suffix. An empty text to look for changes nothing.
    """
    if not old:
        return source
    checked_length(len(source) + source.count(old) * (len(new) - len(old)), "Replace", "new")
    return source.replace(old, new)


@function("ToLower", text("source"))
def to_lower(source: str) -> str:
    """The text in lower case, by the rules of Unicode and of no single language."""
    return source.lower()


@function("ToUpper", text("source"))
def to_upper(source: str) -> str:
    """The text in upper case, by the rules of Unicode and of no single language."""
    checked_length(len(source), "ToUpper", "source")
    return source.upper()


@function("Trim", text("source"))
def trim(source: str) -> str:
    """The text without white space at either end. `Trim([proxyAddresses])` trims every value."""
    return source.strip()


FUNCTIONS: tuple[Function, ...] = (append, in_str, left, length, mid, replace, to_lower, to_upper, trim)
