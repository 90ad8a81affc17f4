"""An object that a rule cannot decide or map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ropeway.expressions import ExpressionFailed
from ropeway.model.problems import Problem, RopewayError, shown

SAYS = "Error"
"""The function by which the author of a rule refuses an object."""


class MappingFailed(RopewayError):  # noqa: N818 - said of an object, not of the program
    """One object cannot be mapped: its problem names target attribute, function, argument and value.

    The object is set aside, and its target object stays as it was.
    """


def failed(code: str, error: ExpressionFailed, attribute: str, attributes: Mapping[str, Any]) -> MappingFailed:
    """The failure of an expression on an object; what a rule says with `Error` is a problem of its own."""
    details = {"function": error.function, "argument": error.argument, "reason": error.reason}
    name = str(attributes.get("distinguishedName", ""))
    if error.function == SAYS:
        said = details | {"reason": error.reason.strip().rstrip(".")}
        return MappingFailed(Problem("rule-error", object=name, attribute=attribute, details=said))
    return MappingFailed(Problem(code, object=name, attribute=attribute, value=_shown(error.value), details=details))


def _shown(value: object) -> str:
    """A value as a message may show it, in the language of expressions where there is none."""
    return "NULL" if value is None else shown(value)
