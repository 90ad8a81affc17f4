"""How a job is, in SQL: its standing, the failures that count, and what a restart forgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from sqlalchemy import Connection, and_, case, delete, exists, func, select, update

from ropeway.engine.exporting import REFERENCES
from ropeway.engine.lifecycle.notices import Event, notices
from ropeway.engine.lifecycle.quarantine import Tally
from ropeway.engine.lifecycle.schedule import due_with_room
from ropeway.engine.lifecycle.standing import Standing
from ropeway.model.job import JobSettings, JobStatus
from ropeway.model.prepared import prepared
from ropeway.store import agenda, outbox, trail
from ropeway.store.rows import Key, problem_from
from ropeway.store.tables import change, entry, escrow, hold, job
from ropeway.store.trail import Act
from ropeway.store.worklist import add_due, rank_of

BY_ITSELF = "Ropeway"
"""Who did what nobody asked for, in the audit trail."""

ACTS = {
    Event.QUARANTINE_ENTERED: "quarantine_job",
    Event.QUARANTINE_LEFT: "release_job",
    Event.JOB_DISABLED: "disable_job",
}
"""What happens to a job as a whole is on record (application-provisioning-quarantine-status)."""

CHUNK = 900
"""Rows of one transaction."""


def change_standing(c: Connection, number: int, changed: Callable[[Standing], Standing], now: float) -> None:
    """Change how a job is, from how it is now, and note what is to be told about it."""
    row = c.execute(select(job).where(job.c.number == number).with_for_update()).one()
    before = msgspec.json.decode(row.standing, type=prepared(Standing))
    after = changed(before)
    status = _status(row.status, before, after)
    if after == before and status == row.status:
        return
    text = msgspec.json.encode(after).decode()
    c.execute(update(job).where(job.c.number == number).values(standing=text, status=status))
    settings = msgspec.json.decode(row.settings, type=prepared(JobSettings))
    agenda.note(c, number, due_with_room(settings, status, after))
    told = list(notices(before, after))
    for one in told:
        if one.event in ACTS:
            details = {"reason": after.quarantine.reason.value} if after.quarantine else {}
            details |= {"problem": one.problem.code} if one.problem else {}
            trail.note(c, row.tenant, Act(now, BY_ITSELF, ACTS[one.event], row.id, "success", details))
    if settings.notifications:
        outbox.put(c, Key(tenant=row.tenant, job=number), told, now)


def want_room(c: Connection, number: int, when: float | None) -> None:
    """Ask whoever keeps the job in step to let go of it for a moment, or say that it is not needed any more.

    Nothing for a job that is deleted by now.
    """
    if _exists(c, number):
        change_standing(c, number, lambda now: msgspec.structs.replace(now, room_wanted=when), when or 0.0)


def ask(c: Connection, number: int, now: float) -> bool:
    """Somebody wants a cycle, whatever the schedule says; False where none may run: it is paused, or deleted."""
    if not _exists(c, number):
        return False
    change_standing(c, number, lambda standing: msgspec.structs.replace(standing, run_now=True), now)
    return agenda.hurry(c, number)


def _exists(c: Connection, number: int) -> bool:
    return c.execute(select(job.c.number).where(job.c.number == number)).first() is not None


def _status(now: str, before: Standing, after: Standing) -> str:
    if after.disabled is not None:
        return JobStatus.PAUSED.value
    if now == JobStatus.PAUSED.value and before.disabled is None:
        return now
    if after.quarantine is not None:
        return JobStatus.QUARANTINE.value
    left = now == JobStatus.QUARANTINE.value or before.disabled is not None
    return JobStatus.ACTIVE.value if left else now


def tally(c: Connection, key: Key) -> Tally:
    """Objects set aside, and those in step; these are counted only where so many are aside that it matters."""
    of_links = func.coalesce(func.sum(case((escrow.c.stage == REFERENCES, 1), else_=0)), 0)
    row = c.execute(select(func.count(), of_links).where(escrow.c.job == key["job"])).one()
    aside, references = int(row[0]), int(row[1])
    if not aside:
        return Tally()
    linked = c.scalar(select(func.count()).where(entry.c.job == key["job"], entry.c.target.is_not(None))) or 0
    both = (
        select(func.count())
        .select_from(escrow.join(entry, and_(entry.c.job == escrow.c.job, entry.c.anchor == escrow.c.anchor)))
        .where(escrow.c.job == key["job"], escrow.c.stage != REFERENCES, entry.c.target.is_not(None))
    )
    return Tally(aside - references, references, linked - (c.scalar(both) or 0))


def newest_hold(c: Connection, key: Key) -> int:
    """Number of the newest hold that nobody approved."""
    return c.scalar(select(func.max(hold.c.number)).where(hold.c.job == key["job"], hold.c.approved.is_(None))) or 0


def causes_of_holds(c: Connection, key: Key) -> set[str]:
    """Problem codes of the holds that nobody approved."""
    rows = c.execute(select(hold.c.cause).where(hold.c.job == key["job"], hold.c.approved.is_(None)))
    return {problem_from(text).code for text in rows.scalars()}


def forget_escrows(c: Connection, key: Key) -> int:
    """Put some objects that are set aside on the work list, without their past; answers how many.

    Those that could not be read stay, and are asked for now: nothing else knows of them.
    """
    here = and_(escrow.c.job == key["job"], escrow.c.stage != "import")
    some = c.execute(select(escrow.c.anchor).where(here).limit(CHUNK)).scalars().all()
    unread = and_(escrow.c.job == key["job"], escrow.c.stage == "import")
    c.execute(update(escrow).where(unread, escrow.c.attempts > 0).values(attempts=0, first=escrow.c.last, last=0.0))
    if some:
        named = and_(entry.c.job == key["job"], entry.c.anchor.in_(some))
        found = c.execute(select(entry.c.number, entry.c.type).where(named)).all()
        add_due(c, key, {number: rank_of(type_) for number, type_ in found})
        c.execute(delete(escrow).where(escrow.c.job == key["job"], escrow.c.anchor.in_(some)))
    return len(some)


def try_again(c: Connection, key: Key, anchor: str) -> None:
    """Put one object on the work list, without its past failures; one that could not be read is asked for now."""
    mine = and_(escrow.c.job == key["job"], escrow.c.anchor == anchor)
    unread = and_(mine, escrow.c.stage == "import")
    c.execute(update(escrow).where(unread).values(attempts=0, first=escrow.c.last, last=0.0))
    c.execute(delete(escrow).where(mine, escrow.c.stage != "import"))
    named = and_(entry.c.job == key["job"], entry.c.anchor == anchor)
    found = c.execute(select(entry.c.number, entry.c.type).where(named)).all()
    add_due(c, key, {number: rank_of(type_) for number, type_ in found})


def with_targets(c: Connection, key: Key) -> list[int]:
    """Some entries that are known to be target objects, but for those whose change was sent and never answered."""
    unanswered = exists().where(change.c.entry == entry.c.number, change.c.state == "sent")
    here = and_(entry.c.job == key["job"], entry.c.target.is_not(None), ~unanswered)
    return list(c.execute(select(entry.c.number).where(here).limit(CHUNK)).scalars())


def forget_targets(c: Connection, numbers: Sequence[int]) -> None:
    """Forget of these entries which target object they are, what was exported, and what is planned."""
    c.execute(delete(change).where(change.c.entry.in_(numbers)))
    c.execute(update(entry).where(entry.c.number.in_(numbers)).values(target=None, exported=None, in_scope=None))


def retries_ended(c: Connection, key: Key, after: float) -> int:
    """How many objects were last tried that many seconds after their first failure, or later."""
    ended = and_(escrow.c.job == key["job"], escrow.c.last - escrow.c.first >= after)
    return c.scalar(select(func.count()).select_from(escrow).where(ended)) or 0
