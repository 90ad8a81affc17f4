"""The working set of one transaction: loaded by a few IN queries, changed in memory, written by a few executemany."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, select, update

from ropeway.directory import tables
from ropeway.directory.computed import Contribution, Standing, Who
from ropeway.directory.keys import Keys
from ropeway.directory.names import Domains
from ropeway.directory.portions import slices
from ropeway.directory.record import Record, State, decoded, decoded_history
from ropeway.store.statements import among


def iso(seconds: float) -> str:
    """A time as Graph writes it."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Known(msgspec.Struct, frozen=True):
    """Where an anchor leads: enough to write its links without reading the object."""

    number: int
    id: str
    type: str
    standing: int


class Workspace:
    """Objects with all their contributions, and the holders of unique values.

    With `writing` the tenant's row is locked first; without, nothing may be flushed (previews).
    """

    def __init__(self, connection: Connection, tenant: int, now: float, *, writing: bool) -> None:
        self.connection = connection
        self.tenant = tenant
        self.now = now
        self.time = iso(now)
        self.records: dict[int, Record] = {}
        self.anchors: dict[Who, Known] = {}
        self.moved_links: list[tuple[int, int, int]] = []
        """From one object to another: the links of a job."""
        self.keys = Keys(connection, tenant)
        self.sequence, self.last_object = self._counters(writing)
        self.domains = self._domains()

    def _counters(self, writing: bool) -> tuple[int, int]:
        d = tables.directory.c
        if writing:
            lock = update(tables.directory).where(d.tenant == self.tenant).values(sequence=d.sequence)
            row = self.connection.execute(lock.returning(d.sequence, d.last_object)).one()
        else:
            row = self.connection.execute(select(d.sequence, d.last_object).where(d.tenant == self.tenant)).one()
        return row.sequence, row.last_object

    def _domains(self) -> Domains:
        d = tables.domain.c
        rows = self.connection.execute(select(d.name, d.initial).where(d.tenant == self.tenant, d.verified)).all()
        return Domains(next(r.name for r in rows if r.initial), frozenset(r.name for r in rows))

    def reread_domains(self) -> None:
        """Take notice of domains changed in this transaction."""
        self.domains = self._domains()

    def new(self, id_: str, type_: str) -> Record:
        """A record with the next number, not yet part of the working set."""
        self.last_object += 1
        return Record(self.last_object, id_, type_, None, State())

    def load(self, numbers: Iterable[int]) -> None:
        """Bring objects into the working set, with all their contributions."""
        missing = [n for n in dict.fromkeys(numbers) if n not in self.records]
        for part in slices(missing):
            self._load(
                among(self.connection, tables.object_.c.number, part),
                among(self.connection, tables.contribution.c.object, part),
            )

    def by_ids(self, ids: Iterable[str]) -> dict[str, Record]:
        """Objects by id, loaded; those that do not exist are left out."""
        o, numbers = tables.object_.c, dict[int, str]()
        for part in slices(dict.fromkeys(ids)):
            query = select(o.number, o.id).where(o.tenant == self.tenant, among(self.connection, o.id, part))
            numbers.update((row.number, row.id) for row in self.connection.execute(query))
        self.load(numbers)
        return {id_: self.records[number] for number, id_ in numbers.items()}

    def _load(self, objects: ColumnElement[bool], contributions: ColumnElement[bool]) -> None:
        o, c = tables.object_.c, tables.contribution.c
        said: dict[int, dict[Who, Contribution]] = {}
        query = select(c.object, c.job, c.anchor, c.precedence, c.standing, c.attributes).where(contributions)
        for number, job, anchor, precedence, standing, attributes in self.connection.execute(query):
            one = Contribution(job, anchor, precedence, standing, decoded(attributes))
            said.setdefault(number, {})[(job, anchor)] = one
        query = select(o.number, o.id, o.type, o.properties, o.history, o.deleted).where(objects)
        for number, id_, type_, properties, history, deleted in self.connection.execute(query):
            state = State(decoded(properties), decoded_history(history), deleted, said.get(number, {}))
            self.records[number] = Record(number, id_, type_, state, state)
            self.keys.known(state.claims(), number)

    def known(self, job: int, anchors: Iterable[str]) -> dict[str, Known]:
        """Where the anchors of a job lead, by anchor; unknown ones are left out."""
        c, o = tables.contribution.c, tables.object_.c
        asked = list(dict.fromkeys(anchors))
        for part in slices(a for a in asked if (job, a) not in self.anchors):
            query = (
                select(c.anchor, c.standing, c.object, o.id, o.type)
                .join(tables.object_, o.number == c.object)
                .where(c.tenant == self.tenant, c.job == job, among(self.connection, c.anchor, part))
            )
            for anchor, standing, number, id_, type_ in self.connection.execute(query):
                self.anchors[(job, anchor)] = Known(number, id_, type_, standing)
        return {a: self.anchors[(job, a)] for a in asked if (job, a) in self.anchors}


def active(contribution: Contribution | None) -> bool:
    """Whether a contribution's values count."""
    return contribution is not None and contribution.standing <= Standing.PROVISIONS
