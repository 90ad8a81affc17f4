"""What is wrong with an option's value, for people: Typer hands on what Pydantic says."""

from __future__ import annotations

import re

_WORDS = (
    (r"Value error, ", ""),
    (r"Input should be a valid integer.*", "it is to be a whole number."),
    (r"Input should be a valid number.*", "it is to be a number."),
    (r"Input should be greater than or equal to (.+)", r"it is to be \1 or more."),
    (r"Input should be less than or equal to (.+)", r"it is to be \1 or less."),
)


def plainly(message: str) -> str:
    """The same without what only programmers know."""
    for pattern, words in _WORDS:
        message = re.sub(pattern, words, message)
    return message
