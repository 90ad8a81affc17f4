"""Who is asking: the bearer token of a request, looked up."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import HTTPConnection

from ropeway.model.problems import Problem, RopewayError
from ropeway.service.http.auditing import name_caller
from ropeway.service.parts import Parts
from ropeway.store import tokens
from ropeway.store.tokens import Kind, TokenRow

LONGEST = 512
"""Characters of a token that are worth a look-up."""

LONGEST_SIGNED = 8192
"""Characters of a signed one that are worth verifying."""


def administrator(parts: Parts, request: HTTPConnection) -> TokenRow:
    """The administrator that a request comes from, or whoever has a permission for what it asks.

    RopewayError `not-signed-in` for anybody else, `not-allowed` where the permission is missing.
    """
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if parts.identity is None or scheme.lower() != "bearer" or text.count(".") != 2 or len(text) > LONGEST_SIGNED:
        return whoever(parts, request, ("administrator",))
    found = parts.identity.caller(request, text.strip())
    name_caller(request, found)
    return found


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
