"""Upper and lower case letter by letter, as .NET's invariant culture has it: a text stays as long as it was.

ß has no upper case of one letter and stays; Σ becomes σ everywhere; İ and ı are letters of the Turkic cultures alone.
"""

from __future__ import annotations

from functools import lru_cache

_TURKIC = "İı"


def lowered(text: str) -> str:
    """A text in lower case, as long as before."""
    return text.lower() if text.isascii() else "".join(map(_lower, text))


def raised(text: str) -> str:
    """A text in upper case, as long as before."""
    return text.upper() if text.isascii() else "".join(map(_upper, text))


@lru_cache(maxsize=4_096)
def titled(letter: str) -> str:
    """A letter as words begin with it: Ǆ becomes ǅ."""
    return _single(letter, letter.title())


@lru_cache(maxsize=4_096)
def _lower(letter: str) -> str:
    return _single(letter, letter.lower())


@lru_cache(maxsize=4_096)
def _upper(letter: str) -> str:
    made = letter.upper()
    return titled(letter) if len(made) > 1 else _single(letter, made)


def _single(letter: str, made: str) -> str:
    return letter if len(made) > 1 or letter in _TURKIC else made
