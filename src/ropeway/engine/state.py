"""What the engine asks of a job's state. Implemented in `store/`; one contract suite over every database.

Writing methods are one short transaction each, and check the lease's epoch in it: a cycle that lost its lease gets
RopewayError `lease-lost` and has written nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol

from ropeway.engine.lifecycle.quarantine import Tally
from ropeway.engine.lifecycle.standing import Standing
from ropeway.engine.records import (
    Confirmed,
    Decided,
    Due,
    Entry,
    Escrow,
    Imported,
    LinkKey,
    PendingLink,
    Planned,
    Sendable,
)
from ropeway.model.anchors import Anchor, TargetId
from ropeway.model.problems import Problem
from ropeway.model.watermark import Watermark

What = Literal["deletes", "disables", "members", "emptied"]


class JobRecord(Protocol):
    """The job's own row."""

    @property
    def number(self) -> int: ...
    @property
    def watermark(self) -> Watermark | None: ...
    @property
    def generation(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def decided_by(self) -> str: ...
    @property
    def last_success(self) -> float | None: ...
    @property
    def last_comparison(self) -> float | None: ...
    @property
    def standing(self) -> Standing: ...


class State(Protocol):
    """The state of one job."""

    # the job itself
    def record(self) -> JobRecord: ...
    def acquire(self, holder: str, dead: Sequence[str]) -> None:
        """Take the lease, from nobody, from an expired holder, or from one of `dead`; else `job-is-running`."""
        ...

    def renew(self) -> None: ...
    def release(self) -> None: ...
    def start_generation(self) -> int:
        """A new generation for a full read; the watermark is forgotten, so that a read cut short starts again."""
        ...

    def start_comparison(self) -> int:
        """A new generation for a comparison of anchors; the watermark stays."""
        ...

    def set_decided_by(self, text: str) -> None: ...
    def remap_links(self, type_: str, attribute: str, former: str | None, again: str | None) -> None:
        """Links of entries of a type by an attribute count as not exported.

        What was exported is to be taken back as `former`; what waits for that as `again` is not, where it is there.
        """
        ...

    def remap_links_of(self, numbers: Sequence[int], attribute: str, former: str | None) -> None:
        """Links of these entries count as not exported; what was is to be taken back as `former`."""
        ...

    def keep_links_of(self, numbers: Sequence[int], attribute: str, again: str) -> None:
        """What waits to be taken back as `again` is not, where these entries have it by this attribute."""
        ...

    def links_in_step(self, numbers: Sequence[int], attributes: Sequence[str]) -> None:
        """Whatever changed in these attributes of theirs, there is nothing to be told of it."""
        ...

    def set_compared(self, when: float) -> None: ...
    def start_cycle(self, kind: str, began: float) -> int:
        """The number of a cycle that began then, which may be a while ago: it gets one once it does something."""
        ...

    def end_cycle(self, cycle: int, outcome: bytes, *, success: bool, problems: Sequence[Problem] | None) -> None:
        """Close a cycle; problems of the job as a whole replace those it had, None leaves them."""
        ...

    def stopped_before(self) -> bool:
        """Whether the cycle before this one was stopped by a problem, which the job still shows."""
        ...

    def forget(self, log_before: float, cycles_before: float, *, tombstones: bool) -> None:
        """Drop log lines and cycles older than that, and tombstones of earlier full reads."""
        ...

    # its life
    def stand(self, change: Callable[[Standing], Standing]) -> None:
        """Change how the job is, from how it is at this moment; its status follows, unless somebody paused it.

        What is to be told to somebody (`lifecycle.notices`) is noted with it, where the job's settings say whom.
        """
        ...

    def tally(self) -> Tally: ...
    def newest_hold(self) -> int:
        """Number of the newest hold that nobody approved; 0 where there is none."""
        ...

    def causes_of_holds(self) -> set[str]:
        """Problem codes of the holds that nobody approved."""
        ...

    def forget_watermark(self) -> None: ...
    def forget_escrows(self) -> None:
        """Nothing was tried before: whatever is set aside is due now."""
        ...

    def forget_targets(self) -> None:
        """Nobody knows which target object an entry is, or what was exported: all of it is found again."""
        ...

    def forget_targets_of(self, numbers: Sequence[int]) -> None:
        """The same of some entries."""
        ...

    # 1 import
    def known(self, anchors: Iterable[Anchor]) -> dict[Anchor, Entry]:
        """Entries by anchor, deleted ones included."""
        ...

    def known_digests(self, anchors: Iterable[Anchor]) -> dict[Anchor, tuple[bytes, bool]]:
        """(digest, live) of the entries that are known: enough to see that nothing changed."""
        ...

    def links_of(self, anchors: Iterable[Anchor]) -> set[LinkKey]:
        """Present links of these owners."""
        ...

    def store(self, page: Imported) -> None: ...
    def unseen(self, generation: int, limit: int) -> list[Anchor]:
        """Live entries that this generation of the full read did not bring, in no particular order."""
        ...

    def stamp(self, anchors: Iterable[Anchor], generation: int) -> None: ...
    def to_be_asked(self, now: float, limit: int) -> list[Anchor]:
        """Objects that could not be understood when they were read, and whose next attempt has come."""
        ...

    def adopt(self, owned: Sequence[tuple[Anchor, str, TargetId, bytes | None]]) -> None:
        """Note target objects (anchor, target type, id, what was exported of it) of entries whose state was lost."""
        ...

    def recall(self, links: Sequence[LinkKey]) -> None:
        """Note links that the target has, after a lost state: those the source no longer has are to be taken away."""
        ...

    def foreign_principals(self) -> dict[str, Anchor]:
        """Foreign security principals by SID."""
        ...

    # 2 to 6 decide
    def due(self, now: float, limit: int) -> list[Due]: ...
    def line_of(self, anchor: Anchor) -> Due | None:
        """A line of the work list for one entry, whether it is on it or not."""
        ...

    def all_due(self) -> None:
        """Put every entry on the work list."""
        ...

    def children_due(self, parent: Anchor) -> None:
        """Put everything directly below a container on the work list."""
        ...

    def owners_due(self, other: Anchor, *, resend: bool = False) -> None:
        """Put everything that points at an object on the work list; `resend` forgets that the links were exported."""
        ...

    def members_due(self, groups: Iterable[Anchor]) -> None:
        """Put all direct and indirect members of groups on the work list."""
        ...

    def in_groups(self, anchors: Iterable[Anchor], groups: Sequence[Anchor]) -> set[Anchor]:
        """Which of the anchors are members of one of the groups."""
        ...

    def group_closure(self, groups: Sequence[Anchor]) -> set[Anchor]:
        """The groups and all groups below them."""
        ...

    def leaving(self, limit: int) -> Sequence[Anchor]:
        """Some of those who are planned to leave because no group, or no rule, lets them in any more."""
        ...

    def memberless(self, groups: Sequence[Anchor]) -> Sequence[Anchor]:
        """Which of these groups show no member."""
        ...

    def open_references(self, numbers: Sequence[int]) -> set[tuple[int, str]]:
        """(number, reference attribute) of these entries' links whose planned change is open."""
        ...

    def told_references(self, numbers: Sequence[int], attributes: Sequence[str]) -> set[tuple[int, str]]:
        """The same of those of some attributes that count as exported."""
        ...

    def crowded(self, numbers: Sequence[int], attribute: str, most: int) -> set[int]:
        """Which of these entries have more links than that in an attribute."""
        ...

    def next_moment(self) -> float | None:
        """When the first of those objects is to be decided again whose time is still to come."""
        ...

    def decide(self, batch: Decided) -> None: ...
    def escrowed(self, anchors: Iterable[Anchor]) -> dict[Anchor, Escrow]: ...

    # 6 guards
    def endangered(self, what: Literal["deletes", "disables"]) -> dict[str, int]:
        """Unapproved planned rows of that kind, by target type."""
        ...

    def emptied(self, after: int, limit: int) -> Sequence[tuple[int, str, bytes]]:
        """(seq, target type, packed attributes) of unapproved EMPTY rows, in order, from the one after `after`."""
        ...

    def emptied_since(self, since: float) -> Sequence[tuple[str, bytes]]: ...
    def losing_members(self, at_least: int, since: float) -> list[tuple[Anchor, str, int, int]]:
        """(group, attribute, links to be taken away, taken since then, nobody having approved) of that many."""
        ...

    def losing_all(self) -> list[tuple[str, str, int]]:
        """(target type, attribute, owners) of owners who would be left without a link of it, nobody having approved."""
        ...

    def linked(self, type_: str) -> int: ...
    def exported_links(self, anchor: Anchor, attribute: str) -> int: ...
    def done_since(self, action: str, type_: str, since: float) -> int:
        """Confirmed changes of that kind since then that nobody had to approve."""
        ...

    def keep_back(self, what: What, type_: str, subject: str, cause: Problem, seqs: Sequence[int] | None) -> int:
        """Put rows on hold (all of the kind, or these seqs, or a group's removals); answers how many are held."""
        ...

    def keep_links_back(self, type_: str, attribute: str, cause: Problem) -> int:
        """Put on hold what those owners would lose; answers how many links are held."""
        ...

    def recount_holds(self) -> int:
        """Count every hold anew, drop empty ones; answers how many rows wait for approval."""
        ...

    def held(self) -> int:
        """How many rows waited for approval when holds were last counted."""
        ...

    # 7 export
    def sendable(self, phase: int | None, after: int, limit: int, *, sent: bool = False) -> list[Sendable]:
        """Rows of a phase that nothing holds back, in order; `sent`: those whose answer never came."""
        ...

    def sendable_of(self, number: int) -> list[Sendable]:
        """Rows of one entry that nothing holds back, in the order in which they are sent."""
        ...

    def mark_sent(self, seqs: Sequence[int]) -> None: ...
    def pending_links(self, owners: Sequence[int], after: tuple[int, str, str], limit: int) -> list[PendingLink]:
        """Open link changes of these owners that no hold keeps back, by owner, attribute and other end."""
        ...

    def forget_exported_links(self, owners: Sequence[int]) -> None:
        """The target objects of these entries are gone: one that comes back is told all its links again."""
        ...

    def confirm(self, cycle: int, changes: Sequence[Confirmed], escrows: Sequence[Escrow]) -> None: ...
    def confirm_links(
        self, cycle: int, changes: Sequence[Confirmed], after: tuple[int, str, str], last: PendingLink
    ) -> None:
        """The links of these owners after `after`, up to and with `last`, are as the target was told."""
        ...

    def finish_links(self, seqs: Sequence[int], escrows: Sequence[Escrow]) -> None:
        """All links of these rows were sent, or set aside."""
        ...

    # reading for people
    def plan_rows(self, limit: int) -> list[Sendable]: ...
    def open_links(self, owner: int, limit: int) -> tuple[list[PendingLink], int]:
        """The first open link changes of an owner, those on a hold included, and how many there are."""
        ...

    def plan_counts(self) -> dict[str, int]: ...
    def pending_count(self) -> int: ...
    def any_sendable(self) -> bool:
        """Whether some change row is kept back by nothing."""
        ...

    def planned_of(self, number: int) -> list[Planned]: ...
    def report(self, cycle: int, failed: Sequence[tuple[Anchor, str, str, Problem, str]]) -> None:
        """Log lines (anchor, DN, type, problem, stage) for objects that failed before anything was planned."""
        ...
