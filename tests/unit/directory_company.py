"""A directory and the people of the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ropeway.directory import Directory
from ropeway.model.anchors import Anchor, Reference, TargetId
from ropeway.model.changes import Change, Kind, MatchKey, MatchResult, Outcome, Then
from ropeway.store.database import Database
from ropeway.store.metadata import metadata

INITIAL = "contoso.onropeway.test"
DAY = 86400.0


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Company:
    """A directory with contoso.test verified, and short words for what jobs send to it."""

    database: Database
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        metadata.create_all(self.database.engine)
        self.directory = Directory(self.database, 1, clock=self.clock)
        self.directory.initialise("Contoso", INITIAL)
        self.directory.add_domain("contoso.test")
        self.directory.verify_domain("contoso.test")

    def send(self, *changes: Change, job: int = 1, precedence: int | None = None) -> Sequence[Outcome]:
        """What a job's target answers."""
        return self.directory.target(job, precedence=precedence or 100 * job).write(changes)

    def done(self, *changes: Change, job: int = 1, precedence: int | None = None) -> list[TargetId]:
        """Ids of what was written, when nothing was refused."""
        outcomes = self.send(*changes, job=job, precedence=precedence)
        assert [o for o in outcomes if o.then is not Then.DONE] == []
        return [o.target for o in outcomes if o.target]

    def refused(self, *changes: Change, job: int = 1) -> str:
        """The code of the problem of the last change."""
        outcome = self.send(*changes, job=job)[-1]
        assert outcome.then is Then.SET_ASIDE
        assert outcome.problem is not None
        return outcome.problem.code

    def find(self, name: str, type_: str = "user", *, job: int = 1, **candidates: str) -> MatchResult:
        """Which object a person is, by anchor, source anchor and candidates."""
        key = MatchKey(Anchor(name), type_, f"id-{name}", tuple(candidates.items()))
        return self.directory.target(job, precedence=100).find([key])[0]

    def user(self, id_: str) -> dict[str, Any]:
        """A live user as administrators see it."""
        return self.directory.show_object("users", id_)


def person(name: str, kind: Kind = Kind.CREATE, **more: Any) -> Change:
    """A person with a name in contoso.test; the anchor is the name."""
    attributes = {"displayName": name.title(), "userPrincipalName": f"{name}@contoso.test", "mailNickname": name}
    return Change(kind, "user", Anchor(name), f"id-{name}", None, attributes | more)


def group(name: str, kind: Kind = Kind.CREATE, **more: Any) -> Change:
    """A group; the anchor is the name."""
    return Change(kind, "group", Anchor(name), f"id-{name}", None, {"displayName": name.title()} | more)


def update(name: str, type_: str = "user", **attributes: Any) -> Change:
    """Differences for an object that is there."""
    return Change(Kind.UPDATE, type_, Anchor(name), f"id-{name}", None, attributes)


def gone(name: str, type_: str = "user") -> Change:
    """The object left."""
    return Change(Kind.DELETE, type_, Anchor(name), f"id-{name}", None)


def back(name: str, target: TargetId) -> Change:
    """The person came back."""
    full = person(name)
    return Change(Kind.RESTORE, full.type, full.anchor, full.source_anchor, target, full.attributes)


def links(name: str, attribute: str = "members", *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Change:
    """Links of a group, or of a person where the attribute is manager."""
    type_ = "user" if attribute == "manager" else "group"
    added, removed = ({attribute: [Reference(r) for r in ends]} if ends else {} for ends in (add, remove))
    return Change(Kind.LINKS, type_, Anchor(name), f"id-{name}", None, {}, added, removed)
