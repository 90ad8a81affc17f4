"""What happens in the company, however it is told."""

from __future__ import annotations

from dataclasses import dataclass

JOB = "Contoso"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the directory shows that a change is there."""

    person: str
    """Whose object shows it: a UPN."""
    attribute: str
    """Which then has the value; none: the person is in the recycle bin."""
    value: str
    began: float
    """`time.monotonic()` when the last write to AD was sent."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened in the company."""

    told: str
    """One sentence."""
    identifier: str
    """Whom to ask about it: a UPN or a DN."""
    arrival: Arrival | None = None
    """None where nothing arrives by itself."""


def hired(domain: str) -> dict[str, str]:
    """Who begins today."""
    given, surname, address = "Þóra", "Guðmundsdóttir", f"thora.gudmundsdottir@{domain}"
    name = {"givenName": given, "sn": surname, "displayName": f"{given} {surname}", "sAMAccountName": "thora"}
    return name | {"userPrincipalName": address, "mail": address}
