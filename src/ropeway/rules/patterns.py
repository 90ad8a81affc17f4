"""Regular expressions of clauses, in an engine whose time is linear in the length of the text (RE2)."""

from __future__ import annotations

from typing import Any, Protocol

import re2

_engine: Any = re2  # it has no types of its own

LONGEST = 1000
"""Characters of a pattern."""

MEMORY = 1 << 20
"""Bytes that one compiled pattern may take."""


class Pattern(Protocol):
    """A compiled regular expression."""

    def search(self, text: str, /) -> Any:
        """A match anywhere in the text, or None."""
        ...


class BadPatternError(ValueError):
    """Not a regular expression, or one that is too large."""


def pattern_of(text: str) -> Pattern:
    """The compiled pattern; letters' case counts. `BadPatternError` says what is wrong."""
    if len(text) > LONGEST:
        raise BadPatternError(f"a pattern of more than {LONGEST} characters")
    options = _engine.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    try:
        return _engine.compile(text, options)
    except _engine.error as error:
        reason: object = error.args[0]
        raise BadPatternError(reason.decode() if isinstance(reason, bytes) else str(reason)) from error
