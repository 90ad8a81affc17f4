"""The work list and escrow in SQL: what is to be decided, now or later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from ropeway.engine.records import CONTAINERS, Due, Entry, Escrow, Later
from ropeway.engine.work import ESCROW_ENDS, ESCROW_HOURS, next_attempt
from ropeway.model.anchors import Anchor
from ropeway.store.constant import Placed, any_of
from ropeway.store.rows import Key, problem_from, problem_text
from ropeway.store.statements import Rows, among, run
from ropeway.store.tables import change, due, entry, escrow, later, link

CHUNK = 900
_ENTRY = [entry.c[name] for name in Entry.__struct_fields__]
_line: dict[str, Any] = {name: bindparam(name) for name in ("tenant", "job", "rank", "entry", "stamp")}


def adding(insert: Any, rows: Any) -> Any:
    again = {"stamp": due.c.stamp + insert.excluded.stamp}
    made = insert.values(rows) if isinstance(rows, dict) else insert.from_select(list(_line), rows)
    return made.on_conflict_do_update(index_elements=["job", "rank", "entry"], set_=again)


_add = {"sqlite": adding(sqlite_insert(due), _line), "postgresql": adding(postgresql_insert(due), _line)}
_finish = Placed(
    delete(due).where(
        due.c.job == bindparam("b_job"),
        due.c.rank == bindparam("b_rank"),
        due.c.entry == bindparam("b_entry"),
        due.c.stamp == bindparam("b_stamp"),
    ),
    "b_job", "b_rank", "b_entry", "b_stamp",
)  # fmt: skip


def add_due(c: Connection, key: Key, lines: dict[int, int]) -> None:
    """Put entries (number to rank) on the work list; one that is there already is decided anew all the same."""
    rows: Rows = [{**key, "rank": rank, "entry": number, "stamp": 1} for number, rank in lines.items()]
    run(c, _add[c.dialect.name], rows)


def next_due(c: Connection, key: Key, limit: int) -> list[Due]:
    """The next entries to decide, containers first, in the order in which they were first read.

    One whose change was sent and never answered waits: until it is sent again, nobody knows what the target has.
    """
    unanswered = select(change.c.seq).where(change.c.entry == due.c.entry, change.c.state == "sent").exists()
    for rank in (0, 1):
        rows: Any = c.execute(
            select(due.c.stamp, *_ENTRY)
            .select_from(due.join(entry, entry.c.number == due.c.entry))
            .where(due.c.job == key["job"], due.c.rank == rank, ~unanswered)
            .order_by(due.c.entry)
            .limit(limit)
        )
        found = [Due(Entry(*row[1:]), rank, row[0]) for row in rows.all()]
        if found:
            return found
    return []


def line_of(c: Connection, key: Key, anchor: Anchor) -> Due | None:
    """A line for one entry, with the stamp that it has on the list, if it is on it."""
    row: Any = c.execute(
        select(due.c.stamp, *_ENTRY)
        .select_from(entry.outerjoin(due, and_(due.c.job == entry.c.job, due.c.entry == entry.c.number)))
        .where(entry.c.job == key["job"], entry.c.anchor == anchor)
    ).one_or_none()
    if row is None:
        return None
    found = Entry(*row[1:])
    return Due(found, rank_of(found.type), row[0] or 0)


def finish_due(c: Connection, key: Key, lines: Iterable[Due]) -> None:
    """Take lines off the list, unless they were added again since they were read."""
    job = key["job"]
    _finish.run(c, [(job, d.rank, d.entry.number, d.stamp) for d in lines])


def put_later(c: Connection, key: Key, lines: Sequence[Later]) -> None:
    """Note when objects are to be decided again; the earliest time counts, an early decision does no harm."""
    if lines:
        numbers = dict(
            c.execute(
                select(entry.c.anchor, entry.c.number).where(
                    entry.c.job == key["job"], among(c, entry.c.anchor, [line.anchor for line in lines])
                )
            ).all()
        )
        rows: Rows = [{**key, "entry": numbers[line.anchor], "at": line.at} for line in lines if line.anchor in numbers]
        insert = sqlite_insert(later) if c.dialect.name == "sqlite" else postgresql_insert(later)
        if rows:
            new = insert.excluded["at"]
            earliest = case((new < later.c.at, new), else_=later.c.at)
            c.execute(insert.on_conflict_do_update(index_elements=["job", "entry"], set_={"at": earliest}), rows)


def later_again(c: Connection, key: Key, escrows: Sequence[Escrow]) -> None:
    """Note the next attempt of objects set aside."""
    again = {e.anchor: next_attempt(e.attempts, e.last, e.first) for e in escrows}
    put_later(c, key, [Later(anchor, at) for anchor, at in again.items() if at is not None])


def any_later(c: Connection, key: Key, now: float) -> bool:
    """Whether some entry's time has come."""
    query = select(later.c.entry).where(later.c.job == key["job"], later.c.at <= now).limit(1)
    return c.scalar(query) is not None


def next_moment(c: Connection, key: Key) -> float | None:
    """The earliest time at which an entry is to be decided again."""
    return c.scalar(select(func.min(later.c.at)).where(later.c.job == key["job"]))


def bring_due(c: Connection, key: Key, now: float) -> int:
    """Put entries whose time has come on the work list, at most CHUNK; answers how many."""
    come = (
        select(later.c.entry, entry.c.type)
        .select_from(later.join(entry, entry.c.number == later.c.entry))
        .where(later.c.job == key["job"], later.c.at <= now)
        .limit(CHUNK)
    )
    found = c.execute(come).all()
    if found:
        add_due(c, key, {number: rank_of(type_) for number, type_ in found})
        numbers = [number for number, _ in found]
        c.execute(delete(later).where(later.c.job == key["job"], later.c.entry.in_(numbers)))
    return len(found)


def rank_of(type_: str) -> int:
    """Containers are decided first."""
    return 0 if type_ in CONTAINERS else 1


Found = Select[int, str]
"""A query for numbers and types of entries, in the order of numbers."""


def chunk_after(key: Key, last: int) -> Found:
    """All entries, from the one after `last`."""
    return (
        select(entry.c.number, entry.c.type)
        .where(entry.c.job == key["job"], entry.c.number > last)
        .order_by(entry.c.number)
    )


def children_after(key: Key, parent: str, last: int) -> Found:
    """What is directly below a container."""
    return chunk_after(key, last).where(entry.c.parent == parent)


def owners_after(key: Key, other: str, last: int) -> Found:
    """Who points at an object."""
    owners = select(link.c.owner).where(link.c.job == key["job"], link.c.other == other)
    return chunk_after(key, last).where(entry.c.number.in_(owners))


def below_after(key: Key, groups: Sequence[str], last: int) -> Found:
    """All direct and indirect members of groups; cycles end by themselves."""
    down = (
        select(entry.c.number.label("number"))
        .where(entry.c.job == key["job"], entry.c.anchor.in_(groups))
        .cte("down", recursive=True)
    )
    down = down.union(
        select(entry.c.number)
        .select_from(
            down.join(link, and_(link.c.owner == down.c.number, link.c.attribute == "member"))
            .join(entry, and_(entry.c.job == link.c.job, entry.c.anchor == link.c.other))
        )
        .where(link.c.present == true())
    )  # fmt: skip
    return chunk_after(key, last).where(entry.c.number.in_(select(down.c.number)))


def resend_to(c: Connection, key: Key, other: str) -> None:
    """Forget that links to an object were exported."""
    c.execute(
        update(link)
        .where(link.c.job == key["job"], link.c.other == other, link.c.present == true())
        .values(exported=False)
    )


def put_escrows(c: Connection, key: Key, escrows: Sequence[Escrow]) -> None:
    """Set objects aside, or count one more attempt."""
    if not escrows:
        return
    insert = sqlite_insert(escrow) if c.dialect.name == "sqlite" else postgresql_insert(escrow)
    ended = escrow.c.last - escrow.c.first >= ESCROW_ENDS
    c.execute(
        insert.on_conflict_do_update(
            index_elements=["job", "anchor"],
            set_={
                "stage": insert.excluded.stage,
                "problem": insert.excluded.problem,
                "attempts": case((ended, 1), else_=escrow.c.attempts + 1),
                "first": case((ended, insert.excluded["first"]), else_=escrow.c.first),
                "last": insert.excluded.last,
            },
        ),
        [
            {**key, "anchor": e.anchor, "stage": e.stage, "problem": problem_text(e.problem), "attempts": 1,
             "first": e.last, "last": e.last}
            for e in escrows
        ],
    )  # fmt: skip


_drop_escrows = delete(escrow).where(
    escrow.c.job == bindparam("b_job"), any_of(escrow.c.anchor, "b_anchors"), any_of(escrow.c.stage, "b_stages")
)


def drop_escrows(c: Connection, key: Key, anchors: Sequence[str], stages: Sequence[str]) -> None:
    """Objects that are in order again at those stages."""
    if anchors:
        c.execute(_drop_escrows, {"b_job": key["job"], "b_anchors": anchors, "b_stages": stages})


def escrowed(c: Connection, key: Key, anchors: Iterable[str] | None = None, limit: int = 1000) -> list[Escrow]:
    """Objects set aside: those named, or the latest ones."""
    query = select(
        escrow.c.anchor, escrow.c.stage, escrow.c.problem, escrow.c.attempts, escrow.c.first, escrow.c.last
    ).where(escrow.c.job == key["job"])
    if anchors is not None:
        query = query.where(among(c, escrow.c.anchor, list(anchors)))
    rows = c.execute(query.order_by(escrow.c.last.desc()).limit(limit))
    return [Escrow(Anchor(a), stage, problem_from(text), n, first, last) for a, stage, text, n, first, last in rows]


def to_be_asked(c: Connection, key: Key, now: float, limit: int) -> list[Anchor]:
    """Objects set aside by the import stage whose next attempt has come, those that waited longest first."""
    first = dict(enumerate(ESCROW_HOURS[:-1], 1))
    hours = case(first, value=escrow.c.attempts, else_=ESCROW_HOURS[-1])
    still = escrow.c.last - escrow.c.first < ESCROW_ENDS
    come = and_(escrow.c.stage == "import", still, escrow.c.last + 3600 * hours <= now)
    rows = c.execute(
        select(escrow.c.anchor).where(escrow.c.job == key["job"], come).order_by(escrow.c.last).limit(limit)
    )
    return [Anchor(anchor) for anchor in rows.scalars()]
