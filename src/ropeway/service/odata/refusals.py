"""Refusals of a query, in one place: what cannot be read, what is not offered."""

from __future__ import annotations

from starlette.exceptions import HTTPException

from ropeway.model.problems import Problem, RopewayError, shown

LONGEST = 400
"""Characters of a reason."""


def words(text: str) -> str:
    """A reason that may quote what somebody sent: in one line, not without end, no period at it."""
    plain = "".join(one if one.isprintable() else " " for one in text)
    plain = plain.removesuffix(".")
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


def unreadable(option: str, reason: str) -> RopewayError:
    """A query option that means nothing (Graph: Request_BadRequest)."""
    return RopewayError(Problem("query-unreadable", object=option, details={"reason": words(reason)}))


def unsupported(option: str, reason: str) -> RopewayError:
    """A query that Graph has and that is not answered here (Graph: Request_UnsupportedQuery)."""
    return RopewayError(Problem("query-unsupported", object=option, details={"reason": words(reason)}))


def no_property(option: str, name: str) -> RopewayError:
    """A property that what is asked about does not have."""
    return unreadable(option, f"Could not find a property named '{name}'")


def resource_unknown(name: str) -> RopewayError:
    """Nothing has this id (Graph: Request_ResourceNotFound)."""
    return RopewayError(Problem("resource-unknown", object=shown(name)))


def segment_unknown(name: str) -> HTTPException:
    """A path that leads nowhere."""
    return HTTPException(404, f"Resource not found for the segment '{name[:64]}'.")


def body_invalid(place: str, reason: str) -> RopewayError:
    """A body that is JSON, and not what is expected."""
    return RopewayError(Problem("body-invalid", object=shown(place), details={"reason": words(reason)}))


def not_offered(what: str, reason: str) -> RopewayError:
    """What Graph has, and what Ropeway has no use for or not yet."""
    return RopewayError(Problem("not-offered", object=shown(what), details={"reason": reason}))
