"""At which service this user is signed in."""

from __future__ import annotations

from dataclasses import dataclass

from ropeway.model.secret import Secret


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A service, and what says to it who is asking."""

    url: str
    """`https://ropeway.contoso.com:8443`, no slash at the end."""
    token: Secret[str]
    ca: str | None = None
    """The authority of the service's certificate, in PEM; None: those that the system trusts."""


def signed_in() -> SignedIn | None:
    """Where this user is signed in, or None."""
    return None
