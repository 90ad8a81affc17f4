"""Ropeway's own cloud directory of one tenant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from ropeway.directory import administration, lifetime, reading, tables
from ropeway.directory.changelog import Logged, changes_since
from ropeway.directory.computed import ADMINISTRATORS, Who, is_synchronised
from ropeway.directory.definition import LINKS, PLURALS
from ropeway.directory.drafts import Contributor, Refused
from ropeway.directory.features import Features, features, set_features
from ropeway.directory.founding import New, found
from ropeway.directory.ids import NewIds
from ropeway.directory.links import Links
from ropeway.directory.opinions import LinkSaid, Said, links_said, said_of
from ropeway.directory.portions import AT_ONCE
from ropeway.directory.record import Record
from ropeway.directory.register import DomainRegister
from ropeway.directory.releasing import BEGIN, Place, release_some
from ropeway.directory.session import Session, trouble
from ropeway.directory.target import Fence, JobTarget
from ropeway.directory.workspace import Workspace
from ropeway.model.anchors import Anchor, TargetId
from ropeway.model.changes import Change, Desired, Kind
from ropeway.model.directory import DomainView, ObjectType
from ropeway.model.problems import Problem, shown
from ropeway.store.database import Database

SHOWN_LINKS = 100
"""How many ends of a link attribute `show_object` lists; `…Count` has the whole number."""


def _open(_connection: Connection) -> None:
    """No fence: nobody else writes for the job."""


class Directory:
    """Objects, domains, recycle bin and change log. Calls raise RopewayError."""

    def __init__(
        self,
        database: Database,
        tenant: int,
        *,
        clock: Callable[[], float],
        new_id: Callable[[], str] | None = None,
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._session = Session(database, tenant, clock)
        self._register = DomainRegister(self._session)
        self._new_id = new_id or NewIds()

    def initialise(self, name: str, initial_domain: str) -> None:
        """Create the tenant and its initial domain, verified for ever; what is there already stays as it is."""
        with trouble(), self._database.read() as connection:
            exists = connection.execute(select(tables.domain).where(tables.domain.c.tenant == self._tenant)).first()
        if exists is None:
            self._create(name, initial_domain)
        self._register.catch_up()
        self.release()

    def _create(self, name: str, initial_domain: str) -> None:
        with trouble(), self._database.write() as connection:
            new = New(self._tenant, self._new_id(), name, initial_domain, self._session.clock())
            found(connection, self._database, new)

    def target(self, job: int, *, precedence: int, fence: Fence = _open, of_premises: bool = True) -> JobTarget:
        """The directory as the target of a job; the lower precedence wins. `fence` keeps out who lost the job.

        What comes from premises is not taken while directory synchronization is off.
        """
        return JobTarget(self._session, Contributor(job, precedence, self._new_id, of_premises), fence)

    # objects

    def list_objects(
        self, type_: ObjectType, *, contains: str | None = None, deleted: bool = False, limit: int = 100
    ) -> Sequence[dict[str, Any]]:
        """Objects with Graph's property names, by displayName."""
        with trouble(), self._database.read() as connection:
            return reading.listed(
                connection, self._tenant, PLURALS[type_], contains=contains, deleted=deleted, limit=limit
            )

    def show_object(self, type_: ObjectType, identifier: str) -> dict[str, Any]:
        """An object with its links, `memberOf` and the contributions it is computed from."""
        with self._session.reading() as work:
            return self._whole(work, self._live(work, type_, identifier))

    def create_object(self, type_: ObjectType, properties: Desired) -> dict[str, Any]:
        """A new object of the cloud alone."""
        with self._session.writing() as work:
            record = administration.create(work, self._links(work), self._new_id(), PLURALS[type_], properties)
            return self._whole(work, record)

    def update_object(
        self, type_: ObjectType, identifier: str, properties: Desired, added: Mapping[str, list[str]] | None = None
    ) -> dict[str, Any]:
        """New values, None empties, and further links by attribute: all of it or none.

        What is mastered on premises is refused, with the place to change it.
        """
        with self._session.writing() as work:
            record = self._live(work, type_, identifier)
            for attribute, others in (added or {}).items():
                administration.link(work, self._links(work), record, attribute, others)
            if properties:
                administration.change(work, self._links(work), record, properties)
            return self._whole(work, record)

    def is_cloud_managed(self, type_: ObjectType, identifier: str) -> bool:
        """Whether no job is master of an object."""
        with self._session.reading() as work:
            return not is_synchronised(self._live(work, type_, identifier).state.contributions)

    def manage_in_cloud(self, type_: ObjectType, identifier: str) -> None:
        """The cloud is master of the object, whatever jobs say of it."""
        with self._session.writing() as work:
            administration.take_over(work, self._live(work, type_, identifier))

    def manage_on_premises(self, type_: ObjectType, identifier: str) -> set[Who]:
        """Jobs are master of it again; the contributions that are, by job and anchor, none where no job knows it."""
        with self._session.writing() as work:
            return administration.give_back(work, self._live(work, type_, identifier))

    def keep_links(self, type_: ObjectType, identifier: str, job: int, said: Collection[tuple[str, str]]) -> None:
        """Of the links that a job contributed to an object only these stay, by attribute and reference."""
        with self._session.writing() as work:
            record = self._live(work, type_, identifier)
            administration.keep_links(work, Links(work, self._database, job), record, job, said)

    def delete_object(self, type_: ObjectType, identifier: str) -> None:
        """Into the recycle bin, for 30 days."""
        with self._session.writing() as work:
            administration.remove(work, self._links(work), self._live(work, type_, identifier))

    def restore_object(self, type_: ObjectType, identifier: str, properties: Desired | None = None) -> dict[str, Any]:
        """Out of the recycle bin, under the same id, with its memberships, and with new values where some are said."""
        with self._session.writing() as work:
            numbers = reading.binned_numbers(work.connection, self._tenant, PLURALS[type_], identifier)
            record = self._one(work, identifier, numbers)
            administration.restore(work, self._links(work), record)
            if properties:
                administration.change(work, self._links(work), record, properties)
            return self._whole(work, record)

    def link(self, type_: ObjectType, id_: str, attribute: str, others: Sequence[str]) -> None:
        """Add links, all or none, without reading those that are there; RopewayError `linked-already`."""
        with self._session.writing() as work:
            record = self._live(work, type_, id_)
            administration.link(work, self._links(work), record, attribute, list(others))

    def unlink(self, type_: ObjectType, id_: str, attribute: str, other: str) -> bool:
        """Take one link away; False where there is none."""
        with self._session.writing() as work:
            record = self._live(work, type_, id_)
            return administration.unlink(work, partial(Links, work, self._database), record, attribute, other)

    def purge_object(self, id_: str) -> bool:
        """A binned object is gone for good at once; False where the bin has none of that id."""
        removed = 0
        while some := self._housekeeping(partial(lifetime.purge_one, id_=id_), self._session.clock()):
            removed += some
        return removed > 0

    def delete_for_good(self, type_: ObjectType, identifier: str) -> None:
        """Past the recycle bin; out of it where nobody else is called so."""
        with self._session.writing() as work:
            which = (work.connection, self._tenant, PLURALS[type_], identifier)
            if numbers := reading.numbers_of(*which):
                record = self._one(work, identifier, numbers)
                administration.remove(work, self._links(work), record)
            else:
                record = self._one(work, identifier, reading.binned_numbers(*which))
        self.purge_object(record.id)

    def linked(self, id_: str, attribute: str) -> list[str]:
        """The ids at the other ends of an object's link attribute, resolved and live, without a limit."""
        with self._session.reading() as work:
            record = self._one(work, id_, [r.number for r in work.by_ids([id_]).values()])
            return [end["id"] for end in _ends(work, record, attribute)]

    def said_of(self, id_: str) -> Said | None:
        """Who contributes what to an object, and whose word counts; None for an id that nobody has."""
        with self._session.reading() as work:
            found = work.by_ids([id_])
            return said_of(found[id_]) if id_ in found else None

    def links_said(self, id_: str, most: int) -> list[LinkSaid]:
        """Links that lead away from an object, resolved or not, with the jobs that contribute them."""
        with trouble(), self._database.read() as connection:
            return links_said(connection, self._tenant, id_, most)

    # domains

    def domains(self) -> Sequence[DomainView]:
        """The tenant's domains."""
        return self._register.all()

    def add_domain(self, name: str) -> DomainView:
        """A domain, not verified yet; adding it twice is adding it once."""
        return self._register.add(name)

    def verify_domain(self, name: str) -> DomainView:
        """The administrator's word that the domain is theirs; its users get their names, before this returns."""
        return self._register.verify(name)

    def choose_domain(self, name: str) -> None:
        """The default domain, of those that are verified."""
        self._register.choose(name)

    def remove_domain(self, name: str) -> None:
        """A domain goes; users with names in it are called after their mailNickname at the initial domain."""
        self._register.remove(name)

    # settings, ends and changes

    def features(self) -> Features:
        """The tenant's switches."""
        with trouble(), self._database.read() as connection:
            return features(connection, self._tenant)

    def set_features(self, wanted: Features) -> None:
        """Set the tenant's switches."""
        with trouble(), self._database.write() as connection:
            set_features(connection, self._tenant, wanted)

    def release(self) -> None:
        """Where synchronization was deactivated, what jobs brought is the cloud's own before this returns."""
        after: Place | None = BEGIN if self.features().releasing else None
        while after is not None:
            with self._session.writing() as work:
                after = release_some(work, after)

    def withdraw_job(self, job: int) -> int:
        """A job is deleted, and with it what only it provides; the number of contributions withdrawn."""
        target, done = self.target(job, precedence=0, of_premises=False), 0
        while part := self._provided(job):
            target.write([Change(Kind.DELETE, type_, Anchor(a), "", TargetId(id_)) for a, _, id_, type_ in part])
            done += len(part)
        return done

    def keep_job(self, job: int) -> int:
        """A job is deleted, its objects stay and are administrators' own from now on; the number of them."""
        done = 0
        while part := self._provided(job):
            with self._session.writing() as work:
                lifetime.keep(work, job, [number for _, number, _, _ in part])
            done += len(part)
        return done

    def purge(self, now: float) -> int:
        """Housekeeping: what was binned 30 days before `now` is gone for good; the number of rows removed."""
        self._register.catch_up()
        self.release()
        removed = 0
        for step in (lifetime.purge_some, lifetime.forget_some_changes):
            while some := self._housekeeping(step, now):
                removed += some
        return removed

    def changes_since(self, sequence: int, limit: int = 1000) -> list[Logged]:
        """The next changes after a sequence, in order; 0 means from the beginning."""
        with trouble(), self._database.read() as connection:
            return changes_since(connection, self._tenant, sequence, limit)

    # inside

    def _housekeeping(self, step: Callable[[Workspace], int], now: float) -> int:
        with self._session.writing() as work:
            work.now = now
            return step(work)

    def _links(self, work: Workspace) -> Links:
        return Links(work, self._database, ADMINISTRATORS)

    def _live(self, work: Workspace, type_: ObjectType, identifier: str) -> Record:
        return self._one(
            work, identifier, reading.numbers_of(work.connection, self._tenant, PLURALS[type_], identifier)
        )

    def _one(self, work: Workspace, identifier: str, numbers: list[int]) -> Record:
        if len(numbers) != 1:
            code = "object-ambiguous" if numbers else "object-not-found"
            raise Refused(Problem(code, details={"identifier": shown(identifier)}))
        work.load(numbers)
        return work.records[numbers[0]]

    def _whole(self, work: Workspace, record: Record) -> dict[str, Any]:
        shape: dict[str, Any] = {"id": record.id, **record.state.properties}
        linked = reading.linked_attributes(work.connection, record.number)
        for attribute in LINKS[record.type]:
            if attribute not in linked and attribute.startswith("extension_"):
                continue
            ends = _ends(work, record, attribute) if attribute in linked or attribute == "members" else []
            if LINKS[record.type][attribute].multivalued:
                shape |= {attribute: ends[:SHOWN_LINKS], f"{attribute}Count": len(ends)}
            elif ends:
                shape[attribute] = ends[0]
        shape["memberOf"] = reading.member_of(work.connection, self._tenant, record.number)
        shape["contributions"] = reading.contributions(work.connection, record.number)
        return shape

    def _provided(self, job: int) -> list[tuple[str, int, str, str]]:
        with trouble(), self._database.read() as connection:
            return lifetime.provided(connection, self._tenant, job, AT_ONCE)


def _ends(work: Workspace, record: Record, attribute: str) -> list[Desired]:
    if attribute == "members":
        return reading.members(work.connection, work.tenant, record.number)
    where = (work.connection, work.tenant, record.number, attribute)
    if LINKS[record.type][attribute].multivalued:
        return reading.ends(*where)
    end = reading.first_end(*where)
    return [end] if end else []
