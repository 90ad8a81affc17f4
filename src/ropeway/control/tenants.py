"""Tenants, for whoever runs the service: made, listed, removed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection, Table, delete, func, select, tuple_, update

from ropeway.control.holder import a_run
from ropeway.control.in_process import open_database
from ropeway.control.protocol import AuditView
from ropeway.control.room import room
from ropeway.control.running import dead_holders, trouble
from ropeway.control.views import act_view, iso
from ropeway.directory import tables as hub
from ropeway.directory.founding import New, found, initial_domain
from ropeway.directory.ids import NewIds
from ropeway.model.job import JobStatus
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store import agenda, jobs, tenants, trail
from ropeway.store.database import Database
from ropeway.store.metadata import metadata
from ropeway.store.metadata import tenant as table
from ropeway.store.rows import Key
from ropeway.store.service_tables import agent
from ropeway.store.state import SqlState
from ropeway.store.tables import job
from ropeway.store.tenants import HOME, SERVICE, TenantRow
from ropeway.store.trail import Act

LONGEST_NAME = 64
LEFT_ALONE = 60.0
"""Seconds for which a removal is left to whoever began it."""
AT_ONCE = 900
"""Rows that go in one transaction."""


class TenantView(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant."""

    id: str
    name: str
    created: str | None
    domains: tuple[str, ...]
    """Verified ones, the initial one first."""
    jobs: int
    objects: int
    agents: int
    is_home: bool
    """Whether it is the first one, which stays."""
    removed: str | None = None
    """When its removal began, if it has not ended."""


class Tenants:
    """All tenants of a state."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._db, self._clock = database, clock

    def every(self) -> list[TenantView]:
        """The oldest first; those whose removal was interrupted as well."""
        with trouble(), self._db.read() as c:
            return [_view(c, row) for row in tenants.every(c, also_removed=True)]

    def one(self, named: str) -> TenantView:
        """By name or id."""
        with trouble(), self._db.read() as c:
            return _view(c, tenants.find(c, named, also_removed=True))

    def number(self, named: str) -> int:
        """What its rows have; RopewayError `tenant-unknown`."""
        with trouble(), self._db.read() as c:
            return tenants.find(c, named).number

    def create(self, name: str, by: str) -> TenantView:
        """A new one, with counters and an initial domain, in one transaction."""
        name = _named(name)
        with trouble(), self._db.write() as c:
            id_, now = NewIds()(), self._clock()
            number = tenants.claim(c, name)
            found(c, self._db, New(number, id_, name, initial_domain(c, name, id_), now))
            trail.note(c, SERVICE, Act(now, by, "create_tenant", f"{name} ({id_})", "success"))
        return self.one(id_)

    def remove(self, named: str, by: str) -> TenantView:
        """Everything of it, in portions; interrupted, it is gone on with by calling it again."""
        with trouble(), self._db.write() as c:
            row = tenants.find(c, named, also_removed=True)
            if row.number == HOME:
                raise RopewayError(Problem("tenant-is-home", value=row.name))
            view = _view(c, row)
            if row.removed is None:
                tenants.mark_removed(c, row, self._clock())
                _put_to_rest(c, row.number)
                trail.note(c, SERVICE, Act(self._clock(), by, "remove_tenant", f"{row.name} ({row.id})", "success"))
        self._erase(row)
        return view

    def acts(self, limit: int = 100) -> list[AuditView]:
        """Who made and removed tenants."""
        with trouble(), self._db.read() as c:
            return [act_view(act) for act in trail.latest(c, SERVICE, who=None, since=None, limit=limit)]

    def go_on(self) -> int:
        """End removals that were interrupted, or last long; how many there were."""
        with trouble(), self._db.read() as c:
            before = self._clock() - LEFT_ALONE
            left = [row for row in tenants.every(c, also_removed=True) if row.removed and row.removed < before]
        for row in left:
            self._erase(row)
        return len(left)

    def _erase(self, row: TenantRow) -> None:
        with trouble():
            for number in self._jobs(row.number):
                self._erase_job(row.number, number)
            while sum(self._erase_all(one, row.number) for one in _tables()):
                pass  # whoever was at work has written something meanwhile
            with self._db.write() as c:
                c.execute(delete(table).where(table.c.number == row.number, table.c.removed.is_not(None)))

    def _jobs(self, tenant: int) -> list[int]:
        with self._db.read() as c:
            return list(c.execute(select(job.c.number).where(job.c.tenant == tenant)).scalars())

    def _erase_job(self, tenant: int, number: int) -> None:
        """As soon as nobody runs it any more."""
        state = SqlState(self._db, tenant, number)
        with a_run() as holder:

            def take() -> None:
                state.acquire(holder, dead_holders(self._db, tenant, number))

            with room(self._db, number, take):
                jobs.erase(self._db, Key(tenant=tenant, job=number))

    def _erase_all(self, one: Table, tenant: int) -> int:
        """How many rows there were."""
        columns = [*one.primary_key.columns]
        some = select(*columns).where(one.c.tenant == tenant).limit(AT_ONCE)
        last, every_ = AT_ONCE, 0
        while last == AT_ONCE:
            with self._db.write() as c:
                last = c.execute(delete(one).where(tuple_(*columns).in_(some))).rowcount
            every_ += last
        return every_


@contextmanager
def opened(url: str) -> Generator[Tenants]:
    """The tenants of the state at `url`."""
    database = open_database(url)
    try:
        yield Tenants(database)
    finally:
        database.close()


def _tables() -> Iterable[Table]:
    """Every table that has rows of tenants."""
    return [one for one in metadata.sorted_tables if "tenant" in one.c]


def _put_to_rest(c: Connection, tenant: int) -> None:
    """Nobody begins a cycle any more."""
    mine = job.c.tenant == tenant
    numbers = list(c.execute(select(job.c.number).where(mine)).scalars())
    c.execute(update(job).where(mine).values(status=JobStatus.PAUSED.value))
    for number in numbers:
        agenda.work_out(c, number)


def _named(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or "/" in name:
        raise RopewayError(Problem("tenant-name-invalid", value=shown(name)))
    return name


def _view(c: Connection, row: TenantRow) -> TenantView:
    d = hub.domain.c
    owned = select(d.name).where(d.tenant == row.number, d.verified).order_by(d.initial.desc(), d.name)
    return TenantView(
        id=row.id,
        name=row.name,
        created=iso(row.created),
        domains=tuple(c.execute(owned).scalars()),
        jobs=_count(c, job, row.number),
        objects=_count(c, hub.object_, row.number),
        agents=_count(c, agent, row.number),
        is_home=row.number == HOME,
        removed=iso(row.removed),
    )


def _count(c: Connection, one: Table, tenant: int) -> int:
    return c.scalar(select(func.count()).select_from(one).where(one.c.tenant == tenant)) or 0
