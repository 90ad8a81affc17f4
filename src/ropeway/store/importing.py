"""Stage 1 in SQL: one page of a source, stored in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, bindparam, delete, false, or_, select, true, update

from ropeway.engine.records import Due, Entry, Imported, LinkKey, LinksPart
from ropeway.model.anchors import Anchor
from ropeway.store.database import Database
from ropeway.store.rows import Key, dn_key
from ropeway.store.tables import due, entry, link
from ropeway.store.worklist import add_due, drop_escrows, put_escrows

_READ = ("type", "parent", "dn", "dn_key", "attributes", "digest", "generation", "live")


def put_entries(c: Connection, db: Database, key: Key, entries: Iterable[Entry], generation: int) -> None:
    """Insert or refresh what was read; decision, target and pinned source anchor stay."""
    rows = [
        {
            **key,
            "anchor": e.anchor,
            "source_anchor": e.source_anchor,
            "type": e.type,
            "parent": e.parent,
            "dn": e.dn,
            "dn_key": dn_key(e.dn),
            "attributes": e.attributes,
            "digest": e.digest,
            "generation": generation,
            "live": e.live,
        }
        for e in entries
    ]
    if rows:
        insert = db.insert(entry)
        c.execute(
            insert.on_conflict_do_update(
                index_elements=["job", "anchor"], set_={name: insert.excluded[name] for name in _READ}
            ),
            rows,
        )


def stamp(c: Connection, key: Key, anchors: Iterable[Anchor], generation: int) -> None:
    """Note that entries were seen by this full read."""
    c.execute(
        update(entry)
        .where(entry.c.job == key["job"], entry.c.anchor.in_(list(anchors)), entry.c.generation != generation)
        .values(generation=generation)
    )


def bury(c: Connection, key: Key, anchors: Iterable[Anchor]) -> None:
    """Mark entries deleted in the source; their links stay, hidden, until the tombstone is final."""
    c.execute(update(entry).where(entry.c.job == key["job"], entry.c.anchor.in_(list(anchors))).values(live=False))


def put_links(c: Connection, db: Database, key: Key, links: Sequence[LinkKey], stamp_: int) -> None:
    """Insert links, or mark known ones present."""
    rows = [
        {**key, "anchor": k.anchor, "attribute": k.attribute, "other": k.other, "stamp": stamp_, "present": True,
         "exported": False}
        for k in links
    ]  # fmt: skip
    if rows:
        insert = db.insert(link)
        c.execute(
            insert.on_conflict_do_update(
                index_elements=["job", "anchor", "attribute", "other"],
                set_={"present": True, "stamp": insert.excluded.stamp, "hold": None},
            ),
            rows,
        )


def take_links(c: Connection, key: Key, links: Sequence[LinkKey]) -> None:
    """Mark links absent; those never exported vanish at once."""
    if not links:
        return
    here = and_(
        link.c.job == key["job"],
        link.c.anchor == bindparam("b_anchor"),
        link.c.attribute == bindparam("b_attribute"),
        link.c.other == bindparam("b_other"),
    )
    rows = [{"b_anchor": k.anchor, "b_attribute": k.attribute, "b_other": k.other} for k in links]
    c.execute(delete(link).where(here, link.c.exported == false()), rows)
    c.execute(update(link).where(here).values(present=False), rows)


def _replace(c: Connection, db: Database, key: Key, part: LinksPart) -> None:
    put_links(c, db, key, [LinkKey(part.anchor, part.attribute, o) for o in part.others], part.stamp)
    if part.last:
        stale = and_(
            link.c.job == key["job"],
            link.c.anchor == part.anchor,
            link.c.attribute == part.attribute,
            link.c.stamp != part.stamp,
        )
        c.execute(delete(link).where(stale, link.c.exported == false()))
        c.execute(update(link).where(stale).values(present=False))


def _revive(c: Connection, db: Database, key: Key, anchors: set[Anchor]) -> None:
    """Links that pointed at reanimated objects count no more; `referenced_by` brings those that still do."""
    pointing = and_(link.c.job == key["job"], link.c.other.in_(list(anchors)))
    owners = [Due(Anchor(row[0])) for row in c.execute(select(link.c.anchor).where(pointing).distinct())]
    c.execute(delete(link).where(pointing, link.c.exported == false()))
    c.execute(update(link).where(pointing).values(present=False))
    add_due(c, db, key, owners)


def store_page(c: Connection, db: Database, key: Key, page: Imported) -> None:
    """Everything a page brings, in the order that makes a later item win over an earlier one."""
    put_entries(c, db, key, page.entries.values(), page.generation)
    if page.seen:
        stamp(c, key, page.seen, page.generation)
    if page.gone:
        bury(c, key, page.gone)
    if page.revived:
        _revive(c, db, key, page.revived)
    for part in page.replaced:
        _replace(c, db, key, part)
    put_links(c, db, key, page.added, 0)
    take_links(c, key, page.removed)
    add_due(c, db, key, [Due(anchor, rank) for anchor, rank in page.due.items()])
    put_escrows(c, db, key, page.escrows)
    if page.readable:
        drop_escrows(c, key, list(page.readable), ("import",))


def known(c: Connection, key: Key, anchors: Iterable[Anchor]) -> dict[Anchor, Entry]:
    """Entries by anchor."""
    columns = [entry.c[name] for name in Entry.__struct_fields__]
    rows = c.execute(select(*columns).where(entry.c.job == key["job"], entry.c.anchor.in_(list(anchors))))
    return {Anchor(row[0]): Entry(*row) for row in rows}


def known_digests(c: Connection, key: Key, anchors: Iterable[Anchor]) -> dict[Anchor, tuple[bytes, bool]]:
    """(digest, live) by anchor."""
    rows = c.execute(
        select(entry.c.anchor, entry.c.digest, entry.c.live).where(
            entry.c.job == key["job"], entry.c.anchor.in_(list(anchors))
        )
    )
    return {Anchor(row[0]): (row[1], row[2]) for row in rows}


def links_of(c: Connection, key: Key, anchors: Iterable[Anchor]) -> set[LinkKey]:
    """Present links of these owners."""
    rows = c.execute(
        select(link.c.anchor, link.c.attribute, link.c.other).where(
            link.c.job == key["job"], link.c.anchor.in_(list(anchors)), link.c.present == true()
        )
    )
    return {LinkKey(Anchor(a), b, Anchor(o)) for a, b, o in rows}


def unseen(c: Connection, key: Key, generation: int, limit: int) -> list[Anchor]:
    """Live entries that a full read did not bring."""
    rows = c.execute(
        select(entry.c.anchor)
        .where(entry.c.job == key["job"], entry.c.live == true(), entry.c.generation != generation)
        .limit(limit)
    )
    return [Anchor(row[0]) for row in rows]


def bury_final(c: Connection, key: Key, generation: int) -> None:
    """Forget tombstones that an earlier full read left, with the links that hid behind them."""
    final = select(entry.c.anchor).where(
        entry.c.job == key["job"],
        entry.c.live == false(),
        entry.c.target.is_(None),
        entry.c.generation < generation - 1,
    )
    anchors = [row[0] for row in c.execute(final.limit(200))]
    if anchors:
        ends = and_(link.c.job == key["job"], or_(link.c.anchor.in_(anchors), link.c.other.in_(anchors)))
        c.execute(delete(link).where(ends))
        c.execute(delete(due).where(due.c.job == key["job"], due.c.anchor.in_(anchors)))
        c.execute(delete(entry).where(entry.c.job == key["job"], entry.c.anchor.in_(anchors)))
