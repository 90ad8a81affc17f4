"""What is wrong with a schema, and where: every refusal names a path."""

from __future__ import annotations

from ropeway.expressions import ExpressionError
from ropeway.model.problems import Problem, RopewayError, shown


def refused(code: str, path: str, reason: str, *, attribute: str = "", value: str = "") -> RopewayError:
    """The error of a schema that cannot be used."""
    details = {"path": path, "reason": reason}
    return RopewayError(Problem(code, attribute=attribute, value=shown(value) if value else "", details=details))


def bad_expression(error: ExpressionError, path: str, attribute: str) -> RopewayError:
    """The refusal of an expression that is none; the value shows the text around the place."""
    near = error.pointed(35).partition("\n")[0]
    return refused("schema-expression", path, str(error), attribute=attribute, value=near)


def nearest(name: str, known: list[str]) -> str:
    """“ (did you mean …?)” where a known name differs in upper and lower case only, else nothing."""
    alike = next((one for one in known if one.lower() == name.lower()), None)
    return f" (did you mean {alike}?)" if alike is not None else ""
