"""The hub as one job's target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.exc import DataError, IntegrityError

from ropeway.directory import lifetime
from ropeway.directory.answers import becomes, noticed
from ropeway.directory.definition import OBJECTS
from ropeway.directory.drafts import Contributor
from ropeway.directory.links import Links
from ropeway.directory.matching import match
from ropeway.directory.portions import slices, transactions
from ropeway.directory.recognition import asked, list_users
from ropeway.directory.session import Session
from ropeway.directory.workspace import Known, Workspace
from ropeway.directory.writing import Answer, apply, store
from ropeway.engine.ports import Owned, OwnedLink
from ropeway.model.anchors import Anchor, TargetId
from ropeway.model.changes import Change, Effect, Kind, MatchKey, MatchResult, Outcome, Then
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.problems import Problem, RopewayError
from ropeway.store.metadata import tenant as tenants

Fence = Callable[[Connection], None]
"""Asked in each writing transaction: RopewayError unless whoever writes still has the job."""


class _Draft(NamedTuple):
    """What changes make of a directory, not yet written."""

    work: Workspace
    links: Links
    answers: list[Answer]


class JobTarget:
    """Implements `engine.ports.Target` and `Prepares`: what one job may see and write of the directory."""

    def __init__(self, session: Session, by: Contributor, fence: Fence) -> None:
        self._session = session
        self._by = by
        self._fence = fence

    def describe(self) -> DirectoryDefinition:
        """Users, groups, contacts and devices, with the tenant's id and name."""
        with self._session.reading() as work:
            query = select(tenants.c.id, tenants.c.name).where(tenants.c.number == work.tenant)
            row = work.connection.execute(query).one()
        return DirectoryDefinition(row.id, row.name, OBJECTS)

    def find(self, keys: Sequence[MatchKey]) -> Sequence[MatchResult]:
        """Known contribution, then source anchor (bin included), then the candidates in order."""
        names = asked(keys)
        if names:
            list_users(self._session, names)
        with self._session.reading() as work:
            return [result for part in slices(keys) for result in match(work, self._by.job, part)]

    def owned(self, after: str, limit: int) -> Sequence[Owned]:
        """What this job provides, in the order of anchors: a state that was lost is told of it."""
        with self._session.reading() as work:
            return lifetime.owned(work.connection, work.tenant, self._by.job, after, limit)

    def owned_links(self, anchors: Sequence[Anchor], after: OwnedLink | None, limit: int) -> Sequence[OwnedLink]:
        """What this job says these objects lead to, in order."""
        with self._session.reading() as work:
            return lifetime.owned_links(work.connection, work.tenant, self._by.job, anchors, after, limit)

    def preview(self, changes: Sequence[Change]) -> Sequence[Effect]:
        """The effects of writing these changes now; later ones see the earlier ones."""
        effects: list[Effect] = []
        with self._session.reading() as work:
            for part in transactions(changes):
                answers = self._draft(work, part).answers
                effects.extend(_effect(work, *pair) for pair in zip(part, answers, strict=True))
        return effects

    def prepare(self, changes: Sequence[Change]) -> Callable[[], Sequence[Outcome]]:
        """New objects are drafted now, as many as the first transaction takes; anything else when it is written."""
        parts = list(transactions(changes))
        if not all(change.kind is Kind.CREATE for change in changes):
            return partial(self._write_all, parts)
        with self._session.reading() as work:
            return partial(self._write_all, parts, self._draft(work, parts[0]))

    def write(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """In transactions of at most 1,000 objects; a change the database itself refuses is set aside alone."""
        return self._write_all(transactions(changes))

    def _write_all(self, parts: Iterable[list[Change]], draft: _Draft | None = None) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        for part in parts:
            try:
                outcomes.extend(self._write(part, draft))
            except RopewayError as error:
                if not isinstance(error.__cause__, DataError | IntegrityError):
                    raise
                outcomes.extend(self._write_alone(change) for change in part)
            draft = None
        return outcomes

    def _write(self, part: list[Change], draft: _Draft | None = None) -> list[Outcome]:
        with self._session.writing() as work:
            self._fence(work.connection)
            if self._by.of_premises and work.features.off:
                return [Outcome(Then.STOP, change.target, Problem("synchronization-off")) for change in part]
            if draft is not None and draft.work.holds(work):
                draft.work.move(work.connection)
            else:
                draft = self._draft(work, part)
            store(draft.work, draft.links)
            return [_outcome(draft.work, *pair) for pair in zip(part, draft.answers, strict=True)]

    def _draft(self, work: Workspace, part: list[Change]) -> _Draft:
        links = Links(work, self._session.database, self._by.job)
        return _Draft(work, links, apply(work, self._by, part, links))

    def _write_alone(self, change: Change) -> Outcome:
        try:
            return self._write([change])[0]
        except RopewayError as error:
            if not isinstance(error.__cause__, DataError | IntegrityError):
                raise
            problem = Problem("directory-refused-row", change.anchor, details=error.problem.details)
            return Outcome(Then.SET_ASIDE, change.target, problem)


def _outcome(work: Workspace, change: Change, answer: Answer) -> Outcome:
    if isinstance(answer, Problem):
        return Outcome(Then.SET_ASIDE, change.target, answer)
    if answer is None or change.kind is Kind.DELETE:
        return Outcome(Then.DONE, change.target)
    return Outcome(Then.DONE, TargetId(answer.id), noticed(work, answer))


def _effect(work: Workspace, change: Change, answer: Answer) -> Effect:
    if isinstance(answer, Known) and change.kind is not Kind.DELETE:
        return Effect(change, becomes(work, change, answer), noticed(work, answer))
    return Effect(change, problem=answer if isinstance(answer, Problem) else None)
