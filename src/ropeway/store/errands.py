"""Errands in SQL: asked for by one process, done by another, forgotten when nobody can want them any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, delete, func, select, true, update

from ropeway.store.ringing import ring
from ropeway.store.rows import unguessable
from ropeway.store.service_tables import errand, errand_part

KEPT = 600.0
"""Seconds for which an answer can be asked for again, by a client whose connection was cut."""

ABANDONED = 7 * 86400.0
"""Seconds after which an errand goes, whatever its state."""


class Asker(NamedTuple):
    """Who asked for a call, as the audit trail has it (`trail.Act`)."""

    asked_by: str
    """The subject of a token."""
    request: str = ""
    """The id of the request."""
    who_id: str = ""
    """The id of the person; no application does this by itself."""
    login: str = ""
    """The id of the token."""
    address: str = ""
    """Where the request came from."""


class Errand(NamedTuple):
    """A call that somebody asked for."""

    number: int
    method: str
    arguments: bytes
    asked_by: str
    request: str
    who_id: str
    login: str = ""
    address: str = ""
    carried: str = ""
    """What it is a part of (`telemetry.tracing.carry`)."""
    tenant: int = 0
    """Of one that is in the state: whose it is."""

    @property
    def asker(self) -> Asker:
        """Who asked for it."""
        return Asker(self.asked_by, self.request, self.who_id, self.login, self.address)


class Seen(NamedTuple):
    """How an errand is: what whoever waits for it looks at."""

    number: int
    method: str
    state: str
    worker: str
    renewed: float | None
    attempts: int
    progress: bytes | None
    parts: int
    """Number of the last part of its answer."""
    tenant: int = 0


def ask(c: Connection, tenant: int, asked: Errand, now: float) -> int:
    """The number of a new errand, whose own does not count; workers are woken when this transaction commits."""
    values = asked._asdict() | {"tenant": tenant, "state": "open", "created": now, "expires": now + ABANDONED}
    values["number"] = unguessable(c, errand.c.number)
    c.execute(errand.insert().values(**values))
    ring(c)
    return values["number"]


def waiting(c: Connection, tenant: int | None, most: int) -> list[tuple[int, str]]:
    """The oldest errands, of one tenant or of all, that nobody has taken: number and method."""
    found = _OPEN if tenant is None else _OPEN.where(errand.c.tenant == tenant)
    return [(row.number, row.method) for row in c.execute(found, {"b_most": most})]


_OPEN = (
    select(errand.c.number, errand.c.method)
    .where(errand.c.state == "open")
    .order_by(errand.c.created, errand.c.number)
    .limit(bindparam("b_most", type_=Integer))
)


def take(c: Connection, number: int, worker: str, now: float) -> Errand | None:
    """Have an errand; None where somebody else was quicker."""
    free = and_(errand.c.number == number, errand.c.state == "open")
    values = {"state": "taken", "worker": worker, "renewed": now, "attempts": errand.c.attempts + 1}
    if c.execute(update(errand).where(free).values(**values)).rowcount != 1:
        return None
    return find(c, number)


def find(c: Connection, number: int) -> Errand | None:
    """What was asked for."""
    columns = [errand.c[name] for name in Errand._fields]
    row = c.execute(select(*columns).where(errand.c.number == number)).one_or_none()
    return Errand(*row) if row else None


def renew(c: Connection, worker: str, now: float) -> None:
    """A worker is alive, and with it all that it has; those that wait for a free hand are told so, too."""
    mine = and_(errand.c.state == "taken", errand.c.worker == worker)
    c.execute(update(errand).where(mine).values(renewed=now))
    c.execute(update(errand).where(errand.c.state == "open").values(renewed=now))
    ring(c)


def tell(c: Connection, number: int, worker: str, progress: bytes) -> None:
    """How far an errand has come."""
    c.execute(update(errand).where(_had_by(number, worker)).values(progress=progress))
    ring(c)


def add_part(c: Connection, tenant: int, number: int, seq: int, body: bytes) -> None:
    """A part of the answer that comes before the result."""
    c.execute(errand_part.insert().values(tenant=tenant, errand=number, seq=seq, body=body))
    ring(c)


def finish(c: Connection, number: int, worker: str, result: bytes, now: float, progress: bytes | None = None) -> bool:
    """The result of an errand, and how far it had come; False where another worker has it by now, whose counts."""
    done = {"state": "done", "result": result, "expires": now + KEPT, "progress": progress}
    if c.execute(update(errand).where(_had_by(number, worker)).values(**done)).rowcount != 1:
        return False
    ring(c)
    return True


def offer_again(c: Connection, seen: Seen) -> bool:
    """An errand whose worker died is open for another; False where it is otherwise by now."""
    drop_parts(c, [seen.number])
    freed = c.execute(update(errand).where(_still(seen)).values(state="open", worker="", progress=None)).rowcount == 1
    ring(c)
    return freed


def give_up(c: Connection, seen: Seen, result: bytes, now: float) -> bool:
    """An errand ends without its worker; False where it is otherwise by now."""
    ended = {"state": "done", "result": result, "expires": now + KEPT}
    done = c.execute(update(errand).where(_still(seen)).values(**ended)).rowcount == 1
    ring(c)
    return done


def withdraw(c: Connection, number: int) -> None:
    """Nobody wants it any more: gone, if nobody has begun it."""
    c.execute(delete(errand).where(errand.c.number == number, errand.c.state == "open"))


def seen(c: Connection, numbers: Sequence[int]) -> list[Seen]:
    """How these errands are; those that are gone are missing."""
    parts = select(func.coalesce(func.max(errand_part.c.seq), 0)).where(errand_part.c.errand == errand.c.number)
    columns = [errand.c[name] for name in Seen._fields[:-2]]
    found = select(*columns, parts.scalar_subquery(), errand.c.tenant).where(errand.c.number.in_(numbers))
    return [Seen(*row) for row in c.execute(found)]


def taken(c: Connection, tenant: int | None) -> list[Seen]:
    """All errands, of one tenant or of all, that workers have."""
    here = and_(errand.c.state == "taken", _of(tenant))
    return seen(c, c.execute(select(errand.c.number).where(here)).scalars().all())


def is_of(c: Connection, tenant: int, number: int, asked_by: str) -> bool:
    """Whether there is such an errand, asked for by that administrator."""
    mine = and_(errand.c.number == number, errand.c.tenant == tenant, errand.c.asked_by == asked_by)
    return c.execute(select(errand.c.number).where(mine)).first() is not None


def parts(c: Connection, number: int, after: int, most: int) -> list[tuple[int, bytes]]:
    """The next parts of an answer."""
    here = and_(errand_part.c.errand == number, errand_part.c.seq > after)
    found = select(errand_part.c.seq, errand_part.c.body).where(here).order_by(errand_part.c.seq).limit(most)
    return [(row.seq, row.body) for row in c.execute(found)]


def result(c: Connection, number: int) -> bytes | None:
    """The compressed last line of an answer."""
    return c.scalar(select(errand.c.result).where(errand.c.number == number))


def sweep(c: Connection, now: float, most: int = 500) -> None:
    """Forget answers that nobody asked for again."""
    old = c.execute(select(errand.c.number).where(errand.c.expires < now).limit(most)).scalars().all()
    if old:
        drop_parts(c, old)
        c.execute(delete(errand).where(errand.c.number.in_(old)))


def drop_parts(c: Connection, numbers: Sequence[int]) -> None:
    """Forget what was answered so far."""
    c.execute(delete(errand_part).where(errand_part.c.errand.in_(numbers)))


def _of(tenant: int | None) -> ColumnElement[bool]:
    return true() if tenant is None else errand.c.tenant == tenant


def _had_by(number: int, worker: str) -> ColumnElement[bool]:
    return and_(errand.c.number == number, errand.c.state == "taken", errand.c.worker == worker)


def _still(seen: Seen) -> ColumnElement[bool]:
    same = and_(errand.c.number == seen.number, errand.c.state == seen.state, errand.c.worker == seen.worker)
    return and_(same, errand.c.renewed.is_not_distinct_from(seen.renewed))
