"""The working set of one transaction: loaded by a few IN queries, changed in memory, written by a few executemany."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from ropeway.directory import tables
from ropeway.directory.computed import Contribution, Standing, Who
from ropeway.directory.features import Features, features_from
from ropeway.directory.keys import Keys
from ropeway.directory.names import Domains
from ropeway.directory.portions import slices
from ropeway.directory.record import Record, State, contribution, decoded, decoded_history
from ropeway.store.constant import any_of

_o, _c, _d, _n = tables.object_.c, tables.contribution.c, tables.directory.c, tables.domain.c
_mine = _d.tenant == bindparam("b_tenant")
_row = (_d.sequence, _d.last_object, _d.features)
_read = select(*_row).where(_mine)
_lock = update(tables.directory).where(_mine).values(sequence=_d.sequence).returning(*_row)
_verified = select(_n.name, _n.initial).where(_n.tenant == bindparam("b_tenant"), _n.verified)
_objects = select(_o.number, _o.id, _o.type, _o.properties, _o.history, _o.deleted).where(any_of(_o.number, "numbers"))
_said = select(_c.object, _c.job, _c.anchor, _c.precedence, _c.standing, _c.attributes).where(
    any_of(_c.object, "numbers")
)
_by_id = select(_o.number, _o.id).where(_o.tenant == bindparam("b_tenant"), any_of(_o.id, "ids"))
_known = (
    select(_c.anchor, _c.standing, _c.object, _o.id, _o.type)
    .join(tables.object_, _o.number == _c.object)
    .where(_c.tenant == bindparam("b_tenant"), _c.job == bindparam("b_job"), any_of(_c.anchor, "anchors"))
)


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
        self.begun = self.sequence, self.last_object, self.features = self._counters(writing)
        """Where the directory was: whatever of an object anybody sees changes with the sequence."""
        self.domains = self._domains()

    def holds(self, now: Workspace) -> bool:
        """Whether what was made here, of new objects alone, is what `now` would make: nobody wrote in between."""
        untouched = self.begun == now.begun and self.domains == now.domains
        return untouched and all(record.stored is None for record in self.records.values())

    def move(self, connection: Connection) -> None:
        """Go on within another transaction."""
        self.connection = self.keys.connection = connection

    def _counters(self, writing: bool) -> tuple[int, int, Features]:
        row = self.connection.execute(_lock if writing else _read, {"b_tenant": self.tenant}).one()
        return row.sequence, row.last_object, features_from(row.features)

    def _domains(self) -> Domains:
        rows = self.connection.execute(_verified, {"b_tenant": self.tenant}).all()
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
            self._load(part)

    def by_ids(self, ids: Iterable[str]) -> dict[str, Record]:
        """Objects by id, loaded; those that do not exist are left out."""
        numbers: dict[int, str] = {}
        for part in slices(dict.fromkeys(ids)):
            rows = self.connection.execute(_by_id, {"b_tenant": self.tenant, "ids": part})
            numbers.update((row.number, row.id) for row in rows)
        self.load(numbers)
        return {id_: self.records[number] for number, id_ in numbers.items()}

    def _load(self, numbers: list[int]) -> None:
        asked = {"numbers": numbers}
        objects = self.connection.execute(_objects, asked).all()
        properties = {row.number: decoded(row.properties) for row in objects}
        said: dict[int, dict[Who, Contribution]] = {}
        for number, job, anchor, precedence, standing, text in self.connection.execute(_said, asked):
            one = contribution(job, anchor, precedence, standing, text, properties.get(number, {}))
            said.setdefault(number, {})[(job, anchor)] = one
        for number, id_, type_, _, history, deleted in objects:
            state = State(properties[number], decoded_history(history), deleted, said.get(number, {}))
            self.records[number] = Record(number, id_, type_, state, state)
            self.keys.known(state.claims(), number)

    def known(self, job: int, anchors: Iterable[str]) -> dict[str, Known]:
        """Where the anchors of a job lead, by anchor; unknown ones are left out."""
        asked = list(dict.fromkeys(anchors))
        for part in slices(a for a in asked if (job, a) not in self.anchors):
            which = {"b_tenant": self.tenant, "b_job": job, "anchors": part}
            for anchor, standing, number, id_, type_ in self.connection.execute(_known, which):
                self.anchors[(job, anchor)] = Known(number, id_, type_, standing)
        return {a: self.anchors[(job, a)] for a in asked if (job, a) in self.anchors}


def active(contribution: Contribution | None) -> bool:
    """Whether a contribution's values count."""
    return contribution is not None and contribution.standing <= Standing.PROVISIONS
