"""Whoever signs a tenant's tokens, and knows them again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from ropeway.service.identity.keys import SigningKeys
from ropeway.service.identity.scopes import GRAPH, GRAPH_ID

LIFETIME = 3600.0
"""Seconds that an access token is good for."""

SKEW = 60.0
"""Seconds that clocks may differ."""

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Issuer:
    """One tenant at one address."""

    url: str
    """The service's, without a slash at the end."""
    tenant: str
    """The tenant's id."""
    keys: SigningKeys
    clock: Callable[[], float]

    @property
    def name(self) -> str:
        """As tokens and discovery have it: `iss`."""
        return f"{self.url}/{self.tenant}/v2.0"

    @property
    def endpoint(self) -> str:
        """Where tokens are asked for."""
        return f"{self.url}/{self.tenant}/oauth2/v2.0/token"

    def sign(self, claims: Mapping[str, Any], audience: str, lifetime: float = LIFETIME) -> str:
        """A token with these claims and those that every one has."""
        now = int(self.clock())
        id_, key = self.keys.signing()
        every = {"iss": self.name, "aud": audience, "tid": self.tenant, "iat": now, "nbf": now}
        every |= {"exp": now + int(lifetime), "uti": uuid.uuid4().hex[:22], "ver": "2.0"}
        return jwt.encode({"typ": "JWT", "alg": "RS256", "kid": id_, "x5t": id_}, every | dict(claims), key)

    def verified(self, text: str) -> Claims | None:
        """The claims of an access token of ours that is good now; None for every other text."""
        try:
            token = jwt.decode(text, lambda asked: self._key(asked.headers()), algorithms=["RS256"])
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        claims, now = token.claims, self.clock()
        own = claims.get("iss") == self.name and claims.get("tid") == self.tenant
        meant = claims.get("aud") in (GRAPH, GRAPH_ID, self.url)
        begins, ends = claims.get("nbf"), claims.get("exp")
        if not own or not meant or not isinstance(begins, (int, float)) or not isinstance(ends, (int, float)):
            return None
        return claims if begins - SKEW <= now < ends else None

    def audience(self, text: str) -> str:
        """The application that an id token of ours was for, however old it is; empty for every other text."""
        try:
            claims = jwt.decode(text, lambda asked: self._key(asked.headers()), algorithms=["RS256"]).claims
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return ""
        return str(claims.get("aud", "")) if claims.get("iss") == self.name else ""

    def _key(self, header: Mapping[str, Any]) -> Any:
        found = self.keys.find(str(header.get("kid", "")))
        if found is None:
            raise ValueError("no key of ours")
        return found
