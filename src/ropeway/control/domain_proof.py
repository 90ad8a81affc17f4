"""How a tenant shows that a domain is its own: by a TXT record in DNS, or by an administrator's word."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store import tenants
from ropeway.store.database import Database
from ropeway.store.metadata import tenant as table

if TYPE_CHECKING:
    import dns.resolver

MARK = "ropeway="
"""How the text of the record begins."""
PATIENCE = 10.0
"""Seconds for an answer of DNS."""
MOST_SHOWN = 5

Proof = Callable[[str, str], None]
"""Takes a domain and the text of its record; RopewayError where the domain is not shown to be the tenant's."""


def record_of(database: Database, tenant: int, domain: str) -> str:
    """The text of a domain's TXT record: the same at every time, and another one for every tenant.

    It is no secret: what counts is that only the domain's owner can publish it.
    """
    with database.read() as c:
        id_ = c.scalar(select(table.c.id).where(table.c.number == tenant)) or ""
    return MARK + hashlib.sha256(f"{id_} {domain}".encode()).hexdigest()[:32]


def by_word(_domain: str, _record: str) -> None:
    """Whoever may write the state is believed."""


@dataclass(frozen=True, slots=True)
class ByRecord:
    """By DNS, at these resolvers (ADDRESS:PORT) or the system's. A service with one tenant has nobody to protect."""

    database: Database
    resolvers: Sequence[str] = ()

    def __call__(self, domain: str, record: str) -> None:
        """RopewayError `domain-record-missing`, or `domain-record-unknown` where DNS does not answer."""
        if is_needed(self.database) and record not in (found := texts(domain, self.resolvers)):
            said = ", ".join(f"“{shown(text)}”" for text in found[:MOST_SHOWN])
            details = {"record": record, "found": f"it has {said}" if said else "it has none"}
            raise RopewayError(Problem("domain-record-missing", object=domain, details=details))


def is_needed(database: Database) -> bool:
    """Whether a record is asked for: the state has several tenants."""
    with database.read() as c:
        return len(tenants.every(c)) > 1


def texts(domain: str, resolvers: Sequence[str], patience: float = PATIENCE) -> list[str]:
    """The texts of a name's TXT records."""
    import dns.exception
    import dns.resolver

    try:
        answer = _resolver(resolvers).resolve(f"{domain}.", "TXT", lifetime=patience)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, ValueError) as error:
        reason = "no answer came in time" if isinstance(error, dns.exception.Timeout) else type(error).__name__
        raise RopewayError(Problem("domain-record-unknown", object=domain, details={"reason": reason})) from error
    return [b"".join(row.strings).decode("utf-8", "replace") for row in answer]


def _resolver(addresses: Sequence[str]) -> dns.resolver.Resolver:
    import dns.nameserver
    import dns.resolver

    if not addresses:
        return dns.resolver.Resolver()
    made = dns.resolver.Resolver(configure=False)
    made.nameservers = [dns.nameserver.Do53Nameserver(*parted(one)) for one in addresses]
    return made


def parted(text: str) -> tuple[str, int]:
    """Address and port of a resolver, 53 where none is said; ValueError for what is none."""
    from ipaddress import ip_address

    host, colon, port = text.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        host, port = text, "53"
    number = int(port) if port.isascii() and port.isdigit() else 0
    if not 0 < number < 65536:
        raise ValueError(text)
    return str(ip_address(host.strip("[]"))), number
