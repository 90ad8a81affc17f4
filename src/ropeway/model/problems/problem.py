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


class RopewayError(Exception):
    """A problem that ends what was being done; everything before it is kept.

    The whole tree: RopewayError is the only class that a command catches; its problem's code says the rest.
    """

    def __init__(self, problem: Problem) -> None:
        from ropeway.model.problems.catalogue import describe

        super().__init__(describe(problem))
        self.problem = problem

    def __reduce__(self) -> tuple[type[RopewayError], tuple[Problem]]:
        """To be raised again in another process."""
        return type(self), (self.problem,)
