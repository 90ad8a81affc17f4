"""Smart lock-out: whoever guesses waits longer and longer; whom they guess at still signs in from a known place."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select, update

from ropeway.store.identity_tables import lockout as table
from ropeway.store.identity_tables import place
from ropeway.store.statements import upsert

ALLOWED = 10
"""Wrong passwords in a row before the first lock."""
FIRST, LONGEST = 60.0, 3600.0
"""Seconds of the first lock; each further wrong password doubles them, up to the longest."""
REMEMBERED = 3
"""Wrong passwords that count once however often they come, as a telephone sends an old one."""
FORGOTTEN = 86400.0
"""Seconds after the last wrong password: those before it count no more."""
KNOWN_FOR = 30 * 86400.0
"""Seconds for which a place is known after somebody signed in from it."""


class Lockout(NamedTuple):
    """Wrong passwords so far."""

    failures: int = 0
    last: str = ""
    """Tags of the last ones (`passwords.tag_of`)."""
    times: int = 0
    until: float = 0.0


def find(c: Connection, tenant: int, person: str, *, known_place: bool) -> Lockout:
    """How things stand for one who comes from a known place, or from elsewhere."""
    columns = [table.c[name] for name in Lockout._fields]
    row = c.execute(select(*columns).where(*_mine(tenant, person, known_place))).one_or_none()
    return Lockout(*row) if row else Lockout()


def after(found: Lockout, tag: str, now: float) -> Lockout:
    """How things stand after one more wrong password."""
    tags = found.last.split()
    if tag in tags:
        return found
    failures, kept = found.failures + 1, " ".join([*tags, tag][-REMEMBERED:])
    if failures < ALLOWED:
        return Lockout(failures, kept, 0, 0.0)
    return Lockout(failures, kept, found.times + 1, now + min(LONGEST, FIRST * 2.0 ** min(found.times, 20)))


def keep(c: Connection, tenant: int, person: str, one: Lockout, now: float, *, known_place: bool) -> None:
    """Write it down."""
    row = {"tenant": tenant, "person": person, "known_place": known_place, **one._asdict(), "seen": now}
    upsert(c, table, ("tenant", "person", "known_place"), (*Lockout._fields, "seen"), [row])


def count(c: Connection, tenant: int, person: str, tag: str, now: float, *, known_place: bool) -> None:
    """One more wrong password; of many at once each is counted, whether the person is anybody or not."""
    row = {"tenant": tenant, "person": person, "known_place": known_place, **Lockout()._asdict(), "seen": now}
    upsert(c, table, ("tenant", "person", "known_place"), (), [row])
    c.execute(select(table.c.person).where(*_mine(tenant, person, known_place)).with_for_update())
    before = find(c, tenant, person, known_place=known_place)
    keep(c, tenant, person, after(before, tag, now), now, known_place=known_place)


def clear(c: Connection, tenant: int, person: str, *, known_place: bool | None = None) -> None:
    """Forget wrong passwords, of one kind of place or of both."""
    mine = _mine(tenant, person, known_place) if known_place is not None else _mine(tenant, person, False)[:2]
    c.execute(delete(table).where(*mine))


def is_known(c: Connection, tenant: int, person: str, address: str, now: float) -> bool:
    """Whether somebody signed in from this network within thirty days."""
    p = place.c
    mine = (p.tenant == tenant, p.person == person, p.network == network_of(address))
    return (c.scalar(select(p.seen).where(*mine)) or 0.0) > now - KNOWN_FOR


def welcome(c: Connection, tenant: int, person: str, address: str, now: float, *, known_place: bool) -> None:
    """Somebody signed in from there: what was wrong before is forgotten, and the place known."""
    clear(c, tenant, person, known_place=known_place)
    p, network = place.c, network_of(address)
    mine = (p.tenant == tenant, p.person == person, p.network == network)
    if c.execute(update(place).where(*mine).values(seen=now)).rowcount == 0:
        c.execute(place.insert().values(tenant=tenant, person=person, network=network, seen=now))


def sweep(c: Connection, now: float) -> None:
    """Forget places that nobody came from for thirty days, and wrong passwords of before a day."""
    c.execute(delete(table).where(table.c.seen < now - FORGOTTEN, table.c.until < now))
    c.execute(delete(place).where(place.c.seen < now - KNOWN_FOR))


def nobody(name: str) -> str:
    """Under which key wrong passwords of a user name are counted that nobody has: as those of anybody."""
    return f"nobody {hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def network_of(address: str) -> str:
    """The /24 or /64 that an address is in."""
    try:
        wide = 24 if ip_address(address).version == 4 else 64
        return str(ip_network(f"{address.partition('%')[0]}/{wide}", strict=False))
    except ValueError:
        return ""


def _mine(tenant: int, person: str, known_place: bool) -> tuple[Any, ...]:
    return table.c.tenant == tenant, table.c.person == person, table.c.known_place == known_place
