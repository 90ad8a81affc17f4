"""The work list and escrow in SQL: what is to be decided, now or later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Select, and_, bindparam, case, delete, func, select, true, update

from ropeway.engine.records import CONTAINERS, Due, Escrow
from ropeway.model.anchors import Anchor
from ropeway.store.database import Database
from ropeway.store.rows import Key, problem_from, problem_text
from ropeway.store.tables import due, entry, escrow, link

CHUNK = 900


def add_due(c: Connection, db: Database, key: Key, lines: Sequence[Due]) -> None:
    """Put anchors on the work list; one that is there already comes up at the earlier time, and is decided anew."""
    if not lines:
        return
    insert = db.insert(due)
    c.execute(
        insert.on_conflict_do_update(
            index_elements=["job", "anchor"],
            set_={
                "at": case((insert.excluded.at < due.c.at, insert.excluded.at), else_=due.c.at),
                "stamp": due.c.stamp + 1,
            },
        ),
        [{**key, "anchor": line.anchor, "rank": line.rank, "at": line.at, "stamp": 1} for line in lines],
    )


def next_due(c: Connection, key: Key, now: float, limit: int) -> list[Due]:
    """The next anchors to decide, containers first."""
    for rank in (0, 1):
        rows = c.execute(
            select(due.c.anchor, due.c.rank, due.c.at, due.c.stamp)
            .where(due.c.job == key["job"], due.c.rank == rank, due.c.at <= now)
            .order_by(due.c.at)
            .limit(limit)
        )
        found = [Due(Anchor(a), r, at, s) for a, r, at, s in rows]
        if found:
            return found
    return []


def finish_due(c: Connection, key: Key, lines: Iterable[Due]) -> None:
    """Take lines off the list, unless they were added again since they were read."""
    c.execute(
        delete(due).where(
            due.c.job == key["job"], due.c.anchor == bindparam("b_anchor"), due.c.stamp == bindparam("b_stamp")
        ),
        [{"b_anchor": line.anchor, "b_stamp": line.stamp} for line in lines],
    )


def add_found(c: Connection, db: Database, key: Key, anchors: Sequence[str]) -> None:
    """Put anchors on the list, containers in front."""
    types = dict(
        c.execute(select(entry.c.anchor, entry.c.type).where(entry.c.job == key["job"], entry.c.anchor.in_(anchors)))
        .tuples()
        .all()
    )
    add_due(c, db, key, [Due(Anchor(a), 0 if types[a] in CONTAINERS else 1) for a in anchors if a in types])


def chunk_after(key: Key, last: str) -> Select[str]:
    """All entries in anchor order, from the one after `last`."""
    return select(entry.c.anchor).where(entry.c.job == key["job"], entry.c.anchor > last).order_by(entry.c.anchor)


def children_after(key: Key, parent: str, last: str) -> Select[str]:
    """What is directly below a container, in anchor order."""
    return (
        select(entry.c.anchor)
        .where(entry.c.job == key["job"], entry.c.parent == parent, entry.c.anchor > last)
        .order_by(entry.c.anchor)
    )


def owners_after(key: Key, other: str, last: str) -> Select[str]:
    """Who points at an object, in anchor order."""
    return (
        select(link.c.anchor)
        .where(link.c.job == key["job"], link.c.other == other, link.c.anchor > last)
        .distinct()
        .order_by(link.c.anchor)
    )


def below_after(key: Key, groups: Sequence[str], last: str) -> Select[str]:
    """All direct and indirect members of groups, in anchor order; cycles end by themselves."""
    first = select(link.c.other.label("anchor")).where(
        link.c.job == key["job"], link.c.anchor.in_(groups), link.c.attribute == "member", link.c.present == true()
    )
    down = first.cte("down", recursive=True)
    down = down.union(
        select(link.c.other).where(
            link.c.job == key["job"],
            link.c.anchor == down.c.anchor,
            link.c.attribute == "member",
            link.c.present == true(),
        )
    )
    return select(down.c.anchor).where(down.c.anchor > last).order_by(down.c.anchor)


def resend_to(c: Connection, key: Key, other: str) -> None:
    """Forget that links to an object were exported."""
    c.execute(
        update(link)
        .where(link.c.job == key["job"], link.c.other == other, link.c.present == true())
        .values(exported=False)
    )


def put_escrows(c: Connection, db: Database, key: Key, escrows: Sequence[Escrow]) -> None:
    """Set objects aside, or count one more attempt; the next one is put on the list by the caller."""
    if not escrows:
        return
    insert = db.insert(escrow)
    c.execute(
        insert.on_conflict_do_update(
            index_elements=["job", "anchor"],
            set_={
                "stage": insert.excluded.stage,
                "problem": insert.excluded.problem,
                "attempts": escrow.c.attempts + 1,
                "last": insert.excluded.last,
            },
        ),
        [
            {**key, "anchor": e.anchor, "stage": e.stage, "problem": problem_text(e.problem), "attempts": 1,
             "first": e.last, "last": e.last}
            for e in escrows
        ],
    )  # fmt: skip


def drop_escrows(c: Connection, key: Key, anchors: Sequence[Anchor], stages: Sequence[str]) -> None:
    """Objects that are in order again at those stages."""
    if anchors:
        c.execute(
            delete(escrow).where(escrow.c.job == key["job"], escrow.c.anchor.in_(anchors), escrow.c.stage.in_(stages))
        )


def escrowed(c: Connection, key: Key, anchors: Iterable[Anchor] | None = None, limit: int = 1000) -> list[Escrow]:
    """Objects set aside: those named, or the latest ones."""
    query = select(
        escrow.c.anchor, escrow.c.stage, escrow.c.problem, escrow.c.attempts, escrow.c.first, escrow.c.last
    ).where(escrow.c.job == key["job"])
    if anchors is not None:
        query = query.where(escrow.c.anchor.in_(list(anchors)))
    rows = c.execute(query.order_by(escrow.c.last.desc()).limit(limit))
    return [Escrow(Anchor(a), stage, problem_from(text), n, first, last) for a, stage, text, n, first, last in rows]


def waiting(c: Connection, key: Key, now: float) -> int:
    """How many lines could be decided now."""
    query = select(func.count()).where(and_(due.c.job == key["job"], due.c.at <= now))
    return c.scalar(query) or 0
