"""Functions that change the case of letters, or take their accents away."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import category, combining, normalize

from ropeway.expressions.dialect import CLOUD, CONNECT, NOT_CONNECT, Dialect
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, either, function, text
from ropeway.expressions.letters import lowered, raised, titled
from ropeway.expressions.values import checked_length

_TURKIC = ("tr", "az")


def _is_turkic(culture: str, name: str) -> bool:
    """Whether a culture (RFC 4646: `tr-TR`) tells i with a dot from i without one."""
    language = culture.partition("-")[0].lower()
    if culture and not (language.isalpha() and 2 <= len(language) <= 3):
        raise ExpressionFailed(name, "culture", culture, "expected the name of a culture, such as en-US")
    return language in _TURKIC


@function("ToLower", text("source"), text("culture", required=False), dialects=NOT_CONNECT, result="text")
def to_lower(source: str, culture: str | None = None) -> str:
    """The text in lower case, letter by letter. Of the cultures only tr and az have rules of their own.

    `ToLower("Smith@CONTOSO.com")` gives "smith@contoso.com".
    """
    if culture is not None and _is_turkic(culture, "ToLower"):
        source = source.replace("I", "ı").replace("İ", "i")
    return lowered(source)


@function("ToUpper", text("source"), text("culture", required=False), dialects=NOT_CONNECT, result="text")
def to_upper(source: str, culture: str | None = None) -> str:
    """The text in upper case, letter by letter: ß stays. Of the cultures only tr and az have rules of their own.

    `ToUpper("gb")` gives "GB".
    """
    if culture is not None and _is_turkic(culture, "ToUpper"):
        source = source.replace("ı", "I").replace("i", "İ")
    return raised(source)


@function("LCase", text("source"), dialects=CONNECT, result="text")
def lower_case(source: str) -> str:
    """The text in lower case. `LCase("TeSt")` gives "test"."""
    return lowered(source)


@function("UCase", text("source"), dialects=CONNECT, result="text")
def upper_case(source: str) -> str:
    """The text in upper case. `UCase("TeSt")` gives "TEST"."""
    return raised(source)


def _proper(source: str, separates: Callable[[str], bool]) -> str:
    checked_length(len(source), "PCase", "source")
    found: list[str] = []
    begins = True
    for char in source:
        found.append(titled(char) if begins else lowered(char))
        begins = separates(char)
    return "".join(found)


_SEPARATING = frozenset(
    ("Zs", "Zl", "Zp", "Cc", "Cf", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So")
)
"""Unicode categories that .NET's ToTitleCase takes for the end of a word."""


@function("PCase", text("source"), dialects=(Dialect.CONNECT,), result="text")
def proper_case(source: str) -> str:
    """The first letter of each word that spaces separate in upper case, all others in lower case.

    `PCase("TEsT")` gives "Test".
    """
    return _proper(source, str.isspace)


@function("PCase", text("source"), text("wordSeparators", required=False), dialects=CLOUD, result="text")
def proper_case_by_category(source: str, separators: str | None = None) -> str:
    """The first letter of each word in upper case, all others in lower case.

    Without separators a word ends at spaces, control and format characters, punctuation and symbols:
    `PCase("PABLO GONSALVES (SECOND)")` gives "Pablo Gonsalves (Second)". With separators it ends at those alone:
    `PCase("PINTO-DE'SILVA", " '-")` gives "Pinto-De'Silva".
    """
    if separators is not None:
        return _proper(source, separators.__contains__)
    return _proper(source, lambda char: category(char) in _SEPARATING)


_LETTERS = str.maketrans({
    "æ": "ae", "Æ": "AE", "ø": "oe", "Ø": "OE", "œ": "oe", "Œ": "OE", "ß": "ss", "ẞ": "SS",
    "ł": "l", "Ł": "L", "ı": "i",
})  # fmt: skip
"""Letters that do not fall into a plain letter and an accent."""


@function("NormalizeDiacritics", text("source"), dialects=NOT_CONNECT, result="text")
def normalize_diacritics(source: str) -> str:
    """The text with plain letters instead of Latin ones with accents. Other scripts stay as they are.

    `NormalizeDiacritics("Zoë")` gives "Zoe", "Žluťoučký" gives "Zlutoucky". æ becomes ae, ø and œ become oe, ß becomes
    ss, ł becomes l, ı becomes i.
    """
    if source.isascii():
        return source
    checked_length(len(source) * 3, "NormalizeDiacritics", "source")
    found: list[str] = []
    plain = False
    for char in normalize("NFD", source):
        if not combining(char):
            plain = char.isascii() or char in "æÆøØœŒßẞłŁı"
        elif plain:
            continue
        found.append(char)
    return normalize("NFC", "".join(found)).translate(_LETTERS)


FUNCTIONS: tuple[Function, ...] = (
    to_lower, to_upper, lower_case, upper_case, proper_case, proper_case_by_category,
    either(proper_case, proper_case_by_category), normalize_diacritics,
)  # fmt: skip
