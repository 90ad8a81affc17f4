"""The hub as one job's target."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from ropeway.directory.answers import becomes, noticed, reported
from ropeway.directory.definition import OBJECTS
from ropeway.directory.drafts import Contributor
from ropeway.directory.links import Links
from ropeway.directory.matching import match
from ropeway.directory.portions import slices, transactions
from ropeway.directory.workspace import Known, Workspace
from ropeway.directory.writing import Answer, apply, store
from ropeway.model.anchors import TargetId
from ropeway.model.changes import Change, Effect, MatchKey, MatchResult, Outcome, Then
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store.database import Database
from ropeway.store.metadata import tenant as tenants


class JobTarget:
    """Implements `engine.ports.Target`: what one job may see and write of the directory."""

    def __init__(self, database: Database, tenant: int, by: Contributor, clock: Callable[[], float]) -> None:
        self._database = database
        self._tenant = tenant
        self._by = by
        self._clock = clock

    def describe(self) -> DirectoryDefinition:
        """Users, groups, contacts and devices, with the tenant's id and name."""
        with self._database.read() as connection:
            query = select(tenants.c.id, tenants.c.name).where(tenants.c.number == self._tenant)
            row = connection.execute(query).one()
        return DirectoryDefinition(row.id, row.name, OBJECTS)

    def find(self, keys: Sequence[MatchKey]) -> Sequence[MatchResult]:
        """Known contribution, then source anchor (bin included), then the candidates in order."""
        with storage(self._database.url), self._database.read() as connection:
            work = Workspace(connection, self._tenant, self._clock(), writing=False)
            return [result for part in slices(keys) for result in match(work, self._by.job, part)]

    def preview(self, changes: Sequence[Change]) -> Sequence[Effect]:
        """The effects of writing these changes now; later ones see the earlier ones."""
        effects: list[Effect] = []
        with storage(self._database.url), self._database.read() as connection:
            work = Workspace(connection, self._tenant, self._clock(), writing=False)
            for part in transactions(changes):
                answers = apply(work, self._by, part, Links(work, self._database, self._by.job))
                effects.extend(_effect(work, *pair) for pair in zip(part, answers, strict=True))
        return effects

    def write(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """In transactions of at most 500 objects; a change the database itself refuses is set aside alone."""
        outcomes: list[Outcome] = []
        with storage(self._database.url):
            for part in transactions(changes):
                try:
                    outcomes.extend(self._write(part))
                except (DataError, IntegrityError):
                    outcomes.extend(self._write_alone(change) for change in part)
        return outcomes

    def _write(self, part: list[Change]) -> list[Outcome]:
        with self._database.write() as connection:
            work = Workspace(connection, self._tenant, self._clock(), writing=True)
            links = Links(work, self._database, self._by.job)
            answers = apply(work, self._by, part, links)
            store(work, links)
            return [_outcome(work, *pair) for pair in zip(part, answers, strict=True)]

    def _write_alone(self, change: Change) -> Outcome:
        try:
            return self._write([change])[0]
        except (DataError, IntegrityError) as error:
            problem = Problem("directory-refused-row", change.anchor, details={"reason": shown(str(error.orig))})
            return Outcome(Then.SET_ASIDE, change.target, problem)


def _outcome(work: Workspace, change: Change, answer: Answer) -> Outcome:
    if isinstance(answer, Problem):
        return Outcome(Then.SET_ASIDE, change.target, answer)
    if answer is None:
        return Outcome(Then.DONE, change.target)
    return Outcome(Then.DONE, TargetId(answer.id), noticed(work, answer))


def _effect(work: Workspace, change: Change, answer: Answer) -> Effect:
    if isinstance(answer, Known):
        return Effect(change, becomes(work, change, answer), noticed(work, answer))
    return Effect(change, problem=answer)


class storage:  # noqa: N801 - reads as a word in a with statement
    """Turns trouble with the database into the problem `directory-unavailable`, which stops the job."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, DBAPIError):
            raise RopewayError(reported(error)) from error
