"""A problem as data."""

from __future__ import annotations

import msgspec

SHOWN = 80


def shown(value: object, most: int = SHOWN) -> str:
    """A value as a message may show it: one line, at most 80 characters or so many, control characters escaped."""
    text = repr(value) if not isinstance(value, str) else value
    text = "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text[: most * 2])
    return text if len(text) <= most else text[: most - 1] + "…"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something wrong with one object, or with a whole job: code and details, never a finished sentence."""

    code: str
    object: str = ""
    """The object as its administrator knows it: a DN, a UPN, a line of a file."""
    attribute: str = ""
    value: str = ""
    """The offending value, already passed through `shown`; never a secret."""
    details: dict[str, str] = {}
    """What the catalogue's sentences name in braces."""
