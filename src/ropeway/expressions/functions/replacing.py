"""Replace and ReplaceChars: text by text, characters by a list, and by regular expressions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from ropeway.expressions.budget import matched
from ropeway.expressions.dialect import CLOUD, CONNECT, Dialect
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, either, function, lazy, literal, text
from ropeway.expressions.functions.logic import is_empty
from ropeway.expressions.patterns import MAX_TEXT, Match, Pattern, Unreadable, compiled, filled, template
from ropeway.expressions.spreading import Closure, on_each
from ropeway.expressions.tree import Literal, Node, Omitted
from ropeway.expressions.values import as_text, checked_length

_MONIKERS = (("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"))


def _replaced(source: str, old: str, new: str) -> str:
    if not old:
        return source
    checked_length(len(source) + source.count(old) * (len(new) - len(old)), "Replace", "new")
    return source.replace(old, new)


def _special(value: str) -> str:
    for written, meant in _MONIKERS:
        value = value.replace(written, meant)
    return value


@function("Replace", text("source"), text("old"), text("new"), dialects=(Dialect.CONNECT,), result="text")
def replace(source: str, old: str, new: str) -> str:
    r"""The source with every occurrence of a text replaced, upper and lower case being different.

    `Replace([address], "\r\n", ", ")` makes one line of several: \n, \r and \t stand for line feed, carriage return and
    tabulator. An empty text to look for changes nothing.
    """
    return _replaced(source, _special(old), _special(new))


_PLACES = (
    "source", "oldValue", "regexPattern", "regexGroupName", "replacementValue", "replacementAttributeName", "template",
)  # fmt: skip
_OLD_NEW = frozenset(("oldValue", "replacementValue"))
_TEMPLATE = frozenset(("oldValue", "template"))
_PATTERN = frozenset(("regexPattern", "replacementValue"))
_GROUP = frozenset(("regexPattern", "regexGroupName", "replacementValue"))
_OTHER = frozenset(("regexPattern", "regexGroupName", "replacementAttributeName"))
_EXPECTED = (
    "expected oldValue and replacementValue; oldValue and template; regexPattern and replacementValue; regexPattern, "
    "regexGroupName and replacementValue; or regexPattern, regexGroupName and replacementAttributeName"
)


def _given(arguments: Sequence[Node]) -> frozenset[str]:
    return frozenset(
        name for name, node in zip(_PLACES[1:], arguments[1:], strict=False) if not isinstance(node, Omitted)
    )


def _mode(arguments: Sequence[Node]) -> tuple[int, str] | None:
    """What is wrong with the arguments as written: their combination, the pattern, its groups."""
    if _given(arguments) not in (_OLD_NEW, _TEMPLATE, _PATTERN, _GROUP, _OTHER):
        return 0, f"Replace: {_EXPECTED}"
    return _bad_pattern(arguments)


def _bad_pattern(arguments: Sequence[Node]) -> tuple[int, str] | None:
    pattern = _written(arguments, 2)
    if pattern is None:
        return None
    try:
        known = compiled(pattern).groups
    except Unreadable as error:
        return 2, f"Replace, regexPattern, character {error.at + 1} of the pattern: {error}"
    group, replacement = _written(arguments, 3), _written(arguments, 4)
    if group is not None and group not in known:
        return 3, f"Replace, regexGroupName: the regular expression has no group {group}"
    if replacement is not None and group is None:
        try:
            template(replacement, known)
        except Unreadable as error:
            return 4, f"Replace, replacementValue: {error}"
    return None


def _written(arguments: Sequence[Node], place: int) -> str | None:
    node = arguments[place] if place < len(arguments) else None
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else None


@function(
    "Replace",
    lazy("source", wants="text"),
    lazy("oldValue", required=False, wants="text"),
    literal("regexPattern", required=False),
    literal("regexGroupName", required=False),
    lazy("replacementValue", required=False, wants="text"),
    lazy("replacementAttributeName", required=False, wants="text"),
    lazy("template", required=False, wants="text"),
    builds=True,
    dialects=CLOUD,
    result="text",
    check=_mode,
)
def replace_by_mode(source: Closure, *others: Any) -> Closure:
    r"""The source with something replaced, upper and lower case being different. What is given decides how:

    - oldValue, replacementValue: every occurrence. `Replace([mail], "@contoso.com", , , "", , )`
    - oldValue, template: the source takes the place of oldValue in the template.
      `Replace([UserID], "<username>", , , , , "<username>@contoso.com")`
    - regexPattern, replacementValue: every match; `${name}` and `$1` stand for its groups.
      `Replace([mobile], , "[()\\s-]+", , "", , )`
    - regexPattern, regexGroupName, replacementValue: only what that group matched.
      `Replace([userPrincipalName], , "(?<Suffix>@(.)*)", "Suffix", "", , )`
    - regexPattern, regexGroupName, replacementAttributeName: the source if it has a value, else what the group matches
      in the other attribute. `Replace([telephoneNumber], , "\\+(?<n>\\d+)", "n", , [mobile], )`

    The pattern is written out, in .NET's syntax without looking around and references to groups, and works on texts of
    at most 16,384 characters.
    """
    given = {name: value for name, value in zip(_PLACES, (source, *others), strict=False) if value is not None}
    mode = frozenset(given) - {"source"}
    if mode == _OLD_NEW:
        return _called(_replaced, given, "source", "oldValue", "replacementValue")
    if mode == _TEMPLATE:
        return _called(_replaced, given, "template", "oldValue", "source")
    pattern = compiled(given["regexPattern"])
    given["source"] = matched(source)
    if mode == _PATTERN:
        return _called(_by_pattern(pattern), given, "source", "replacementValue")
    group = str(given["regexGroupName"])
    if mode == _GROUP:
        return _called(_by_group(pattern, group), given, "source", "replacementValue")
    return on_each(_from_other(pattern, group), [source, matched(given["replacementAttributeName"])], "Replace")


def _called(call: Callable[..., str], given: dict[str, Any], *names: str) -> Closure:
    """The closure that calls a function on texts; NULL among them, NULL out."""

    def run(*values: Any) -> Any:
        if None in values:
            return None
        return call(*[as_text(value, "Replace", name) for value, name in zip(values, names, strict=True)])

    return on_each(run, [given[name] for name in names], "Replace")


def _matches(pattern: Pattern, text: str, argument: str) -> Iterator[Match]:
    if len(text) > MAX_TEXT:
        reason = f"a regular expression works on at most {MAX_TEXT} characters"
        raise ExpressionFailed("Replace", argument, text, reason)
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise ExpressionFailed("Replace", argument, text, "a character that is none (a lone surrogate)")
    return pattern.find(text)


def _by_pattern(pattern: Pattern) -> Callable[[str, str], str]:
    def replaced(source: str, replacement: str) -> str:
        try:
            pieces = template(replacement, pattern.groups)
        except Unreadable as error:
            raise ExpressionFailed("Replace", "replacementValue", replacement, str(error)) from None
        return _rebuilt(source, ((*m.span(), filled(pieces, m)) for m in _matches(pattern, source, "source")))

    return replaced


def _by_group(pattern: Pattern, group: str) -> Callable[[str, str], str]:
    number = pattern.groups[group]

    def replaced(source: str, replacement: str) -> str:
        found = (match.span(number) for match in _matches(pattern, source, "source"))
        return _rebuilt(source, ((start, end, replacement) for start, end in found if start >= 0))

    return replaced


def _rebuilt(source: str, changes: Iterable[tuple[int, int, str]]) -> str:
    """The source with stretches of it replaced, which come in their order."""
    found: list[str] = []
    at = length = 0
    for start, end, instead in changes:
        found += (source[at:start], instead)
        at = end
        length += len(instead)
        checked_length(length + len(source), "Replace", "replacementValue")
    return "".join((*found, source[at:]))


def _from_other(pattern: Pattern, group: str) -> Callable[[Any, Any], Any]:
    number = pattern.groups[group]

    def extracted(source: Any, other: Any) -> Any:
        if not is_empty(source):
            return source
        if other is None:
            return None
        text = as_text(other, "Replace", "replacementAttributeName")
        match = next(_matches(pattern, text, "replacementAttributeName"), None)
        start, end = match.span(number) if match is not None else (-1, -1)
        return text[start:end] if start >= 0 else None

    return extracted


@function("Replace", text("source"), text("old"), text("new"), dialects=(), result="text")
def replace_text(source: str, old: str, new: str) -> str:
    """The source with every occurrence of a text replaced, upper and lower case being different.

    `Replace([mail], "@contoso.com", "")` removes the suffix. An empty text to look for changes nothing.
    """
    return _replaced(source, old, new)


@function("ReplaceChars", text("source"), text("pattern"), dialects=CONNECT, result="text")
def replace_chars(source: str, pattern: str) -> str:
    """The source with characters replaced by what a list says: one character, a colon, and the text instead.

    `ReplaceChars("Räksmörgås", "å:a,ä:a,ö:o")` gives "Raksmorgas"; `ReplaceChars("O’Neil", "’:")` gives "ONeil". White
    space in the list does not count; comma and colon cannot be replaced.
    """
    checked_length(len(pattern), "ReplaceChars", "pattern")
    table = _table(pattern)
    counts = Counter(source)
    checked_length(sum(n * len(table.get(ord(char), char)) for char, n in counts.items()), "ReplaceChars", "source")
    return source.translate(table)


@lru_cache(maxsize=64)
def _table(pattern: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for pair in "".join(pattern.split()).split(","):
        char, sign, instead = pair.partition(":")
        if not pair:
            continue
        if len(char) != 1 or not sign or ":" in instead:
            reason = "expected pairs of one character and its replacement, such as ö:oe"
            raise ExpressionFailed("ReplaceChars", "pattern", pair, reason)
        found[ord(char)] = instead
    return found


FUNCTIONS: tuple[Function, ...] = (replace, replace_by_mode, either(replace_text, replace_by_mode), replace_chars)
