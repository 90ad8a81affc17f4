"""Who is asking, and whether they may: the bearer token of a request, looked up, and the table of permissions."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import HTTPConnection

from ropeway.model.permissions import GLOBAL, PRIVILEGED, Access, Reach, Rule, opens, reach
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.http.auditing import name_caller
from ropeway.service.identity.callers import Caller
from ropeway.service.parts import Parts
from ropeway.store import roles, tokens
from ropeway.store.tokens import Kind, TokenRow

LONGEST = 512
"""Characters of a token that are worth a look-up."""

LONGEST_SIGNED = 8192
"""Characters of a signed one that are worth verifying."""


ADMINISTRATORS: tuple[Kind, ...] = ("administrator",)


def administrator(
    parts: Parts,
    request: HTTPConnection,
    kinds: Sequence[Kind] = ADMINISTRATORS,
    *,
    rule: Rule | None = None,
    access: Access = "write",
) -> Caller:
    """The administrator of the tenant that a request comes from, or whoever has a token of one of these kinds.

    A person with a directory role is one as far as the rule goes. RopewayError for anybody else.
    """
    found = caller_of(parts, request, kinds)
    permitted(found, rule, access)
    return found


def caller_of(parts: Parts, request: HTTPConnection, kinds: Sequence[Kind] = ADMINISTRATORS) -> Caller:
    """Whom a request comes from, whatever they may do; RopewayError `not-signed-in`."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if parts.identity is None or scheme.lower() != "bearer" or text.count(".") != 2 or len(text) > LONGEST_SIGNED:
        return Caller(whoever(parts, request, kinds))
    found = parts.identity.caller(text.strip())
    if found is None:
        raise RopewayError(Problem("not-signed-in"))
    app = found.app
    name_caller(request, found.row, app.principal if app else found.person, app.app_id if app else "")
    return found


def permitted(caller: Caller, rule: Rule | None, access: Access, *, own: bool = False) -> Reach:
    """How much of what a route does somebody may; RopewayError `not-allowed` where it is nothing.

    The one place where the table is asked, for requests and for those within a batch.
    """
    if caller.power is None:
        return "all"
    found = reach(rule, access, caller.power, own=own)
    if found is None:
        raise not_allowed(_reason(caller, rule, access))
    return found


def check_rank(parts: Parts, caller: Caller, person: str) -> None:
    """RopewayError `not-allowed` where somebody of a lower rank would act on whoever has a high one, as in Entra ID.

    A permission alone, of an application that acts by itself, has no rank (graph-scim.md A2).
    """
    if is_global(caller):
        return
    with parts.database.read() as c:
        high = PRIVILEGED.intersection(roles.of(c, parts.tenant, person))
    if high:
        raise not_allowed(f"Only a {GLOBAL} does this to a {min(high)}.")


def is_global(caller: Caller) -> bool:
    """Whether it is a Global Administrator, or one of the service itself."""
    return caller.power is None or GLOBAL in (caller.power.roles or ())


def _reason(caller: Caller, rule: Rule | None, access: Access) -> str:
    wanted = sorted(rule.permissions(access)) if rule else []
    if rule is None or not wanted or (rule.people_alone and caller.power and caller.power.roles is None):
        return "No permission opens this."
    if caller.power is None or caller.power.roles is None or not opens(rule, access, caller.power):
        return f"This needs the permission {' or '.join(wanted)}."
    return f"This needs the directory role {' or '.join(sorted(rule.roles(access)))}."


def not_allowed(reason: str) -> RopewayError:
    """Graph's Authorization_RequestDenied."""
    return RopewayError(Problem("not-allowed", details={"reason": reason}))


def whoever(parts: Parts, request: HTTPConnection, kinds: Sequence[Kind]) -> TokenRow:
    """Whom the request's bearer token stands for, if it is of one of these kinds and of this tenant."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(text) <= LONGEST:
        raise RopewayError(Problem("not-signed-in"))
    with parts.database.read() as c:
        found = tokens.find(c, text.strip(), kinds, parts.clock())
    if found is None or found.tenant != parts.tenant:
        raise RopewayError(Problem("not-signed-in"))
    name_caller(request, found)
    return found
