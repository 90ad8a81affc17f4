"""Stage 1 in SQL: one page of a source, stored in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, bindparam, delete, false, select, text, true, update

from ropeway.engine.records import CONTAINERS, Entry, Imported, LinkKey, LinksPart
from ropeway.model.anchors import Anchor
from ropeway.model.values import unpack
from ropeway.store.rows import Key
from ropeway.store.statements import Rows, among, upsert
from ropeway.store.tables import due, entry, later, link
from ropeway.store.worklist import add_due, drop_escrows, later_again, put_escrows, rank_of

_READ = ("type", "parent", "dn", "attributes", "digest", "generation", "live")
ENTRY = [entry.c[name] for name in Entry.__struct_fields__]

_this_link = and_(
    link.c.owner == bindparam("b_owner"),
    link.c.attribute == bindparam("b_attribute"),
    link.c.other == bindparam("b_other"),
)
_drop_link = delete(link).where(_this_link, link.c.exported == false())
_mark_absent = update(link).where(_this_link).values(present=False)


def numbers_of(c: Connection, key: Key, anchors: Iterable[str]) -> dict[str, tuple[int, str]]:
    """(number, type) of entries by anchor."""
    rows = c.execute(
        select(entry.c.anchor, entry.c.number, entry.c.type).where(
            entry.c.job == key["job"], among(c, entry.c.anchor, list(anchors))
        )
    )
    return {anchor: (number, type_) for anchor, number, type_ in rows.all()}


def put_entries(c: Connection, key: Key, entries: Iterable[Entry], generation: int) -> None:
    """Insert or refresh what was read; decision, target and pinned source anchor stay.

    A container that changed is undecided again: whatever is below it has another path now.
    """
    rows: Rows = [
        {
            "tenant": key["tenant"],
            "job": key["job"],
            "anchor": e.anchor,
            "source_anchor": e.source_anchor,
            "type": e.type,
            "parent": e.parent,
            "dn": e.dn,
            "attributes": e.attributes,
            "digest": e.digest,
            "generation": generation,
            "live": e.live,
        }
        for e in entries
    ]
    upsert(c, entry, ("job", "anchor"), _READ, [row for row in rows if row["type"] not in CONTAINERS])
    containers: Rows = [{**row, "in_scope": None} for row in rows if row["type"] in CONTAINERS]
    upsert(c, entry, ("job", "anchor"), (*_READ, "in_scope"), containers)


def stamp(c: Connection, key: Key, anchors: Iterable[Anchor], generation: int) -> None:
    """Note that entries were seen by this full read."""
    c.execute(
        update(entry)
        .where(entry.c.job == key["job"], among(c, entry.c.anchor, list(anchors)), entry.c.generation != generation)
        .values(generation=generation)
    )


def bury(c: Connection, key: Key, anchors: Iterable[Anchor]) -> None:
    """Mark entries deleted in the source; their links stay, hidden, until the tombstone is final."""
    here = and_(entry.c.job == key["job"], among(c, entry.c.anchor, list(anchors)))
    c.execute(update(entry).where(here).values(live=False))


def put_links(c: Connection, key: Key, links: Sequence[LinkKey], numbers: dict[str, int], stamp_: int) -> None:
    """Insert links of known owners, or mark known links present."""
    rows: Rows = [
        {"tenant": key["tenant"], "job": key["job"], "owner": numbers[k.anchor], "attribute": k.attribute,
         "other": k.other, "stamp": stamp_, "present": True, "exported": False, "hold": None}
        for k in links
        if k.anchor in numbers
    ]  # fmt: skip
    upsert(c, link, ("owner", "attribute", "other"), ("present", "stamp", "hold"), rows)


def take_links(c: Connection, links: Sequence[LinkKey], numbers: dict[str, int]) -> None:
    """Mark links absent; those never exported vanish at once."""
    rows: Rows = [
        {"b_owner": numbers[k.anchor], "b_attribute": k.attribute, "b_other": k.other}
        for k in links
        if k.anchor in numbers
    ]
    if rows:
        c.execute(_drop_link, rows)
        c.execute(_mark_absent, rows)


def recall(c: Connection, key: Key, links: Sequence[LinkKey]) -> None:
    """Mark links exported; one that the source did not bring counts as taken away."""
    numbers = {anchor: number for anchor, (number, _) in numbers_of(c, key, {k.anchor for k in links}).items()}
    rows: Rows = [
        {"tenant": key["tenant"], "job": key["job"], "owner": numbers[k.anchor], "attribute": k.attribute,
         "other": k.other, "stamp": 0, "present": False, "exported": True, "hold": None}
        for k in links
        if k.anchor in numbers
    ]  # fmt: skip
    upsert(c, link, ("owner", "attribute", "other"), ("exported",), rows)


def foreign_principals(c: Connection, key: Key) -> dict[str, Anchor]:
    """Foreign security principals by SID."""
    here = and_(entry.c.job == key["job"], entry.c.type == "foreignSecurityPrincipal")
    rows = c.execute(select(entry.c.anchor, entry.c.attributes).where(here))
    found = ((unpack(attributes).get("objectSid"), Anchor(anchor)) for anchor, attributes in rows)
    return {sid: anchor for sid, anchor in found if sid}


def _replace(c: Connection, key: Key, part: LinksPart, numbers: dict[str, int]) -> None:
    put_links(c, key, [LinkKey(part.anchor, part.attribute, o) for o in part.others], numbers, part.stamp)
    if part.last and part.anchor in numbers:
        stale = and_(
            link.c.owner == numbers[part.anchor], link.c.attribute == part.attribute, link.c.stamp != part.stamp
        )
        if part.members_due:
            others = c.execute(select(link.c.other).where(stale, link.c.present == true())).scalars().all()
            found = numbers_of(c, key, others)
            add_due(c, key, {number: rank_of(type_) for number, type_ in found.values()})
        c.execute(delete(link).where(stale, link.c.exported == false()))
        c.execute(update(link).where(stale).values(present=False))


def _revive(c: Connection, key: Key, anchors: set[Anchor]) -> None:
    """Links that pointed at reanimated objects count no more; `referenced_by` brings those that still do."""
    pointing = and_(link.c.job == key["job"], among(c, link.c.other, list(anchors)))
    owners = c.execute(select(link.c.owner).where(pointing).distinct()).scalars().all()
    c.execute(delete(link).where(pointing, link.c.exported == false()))
    c.execute(update(link).where(pointing).values(present=False))
    add_due(c, key, dict.fromkeys(owners, 1))


def store_page(c: Connection, key: Key, page: Imported) -> None:
    """Everything a page brings, in the order that makes a later item win over an earlier one."""
    put_entries(c, key, page.entries.values(), page.generation)
    if page.seen:
        stamp(c, key, page.seen, page.generation)
    if page.gone:
        bury(c, key, page.gone)
    if page.revived:
        _revive(c, key, page.revived)
    owners = {k.anchor for k in (*page.added, *page.removed)} | {part.anchor for part in page.replaced}
    found = numbers_of(c, key, owners | set(page.due))
    numbers = {anchor: number for anchor, (number, _) in found.items()}
    for part in page.replaced:
        _replace(c, key, part, numbers)
    put_links(c, key, page.added, numbers, 0)
    take_links(c, page.removed, numbers)
    add_due(c, key, {found[a][0]: rank_of(found[a][1]) for a in page.due if a in found})
    put_escrows(c, key, page.escrows)
    later_again(c, key, page.escrows)
    if page.readable:
        drop_escrows(c, key, list(page.readable), ("import",))


def known(c: Connection, key: Key, anchors: Iterable[Anchor]) -> dict[Anchor, Entry]:
    """Entries by anchor."""
    rows = c.execute(select(*ENTRY).where(entry.c.job == key["job"], among(c, entry.c.anchor, list(anchors))))
    return {Anchor(row[0]): Entry(*row) for row in rows.all()}


def known_digests(c: Connection, key: Key, anchors: Iterable[Anchor]) -> dict[Anchor, tuple[bytes, bool]]:
    """(digest, live) by anchor."""
    rows = c.execute(
        select(entry.c.anchor, entry.c.digest, entry.c.live).where(
            entry.c.job == key["job"], among(c, entry.c.anchor, list(anchors))
        )
    )
    return {Anchor(row[0]): (row[1], row[2]) for row in rows.all()}


def links_of(c: Connection, key: Key, anchors: Iterable[Anchor]) -> set[LinkKey]:
    """Present links of these owners."""
    rows = c.execute(
        select(entry.c.anchor, link.c.attribute, link.c.other)
        .select_from(entry.join(link, link.c.owner == entry.c.number))
        .where(entry.c.job == key["job"], among(c, entry.c.anchor, list(anchors)), link.c.present == true())
    )
    return {LinkKey(Anchor(a), b, Anchor(o)) for a, b, o in rows.all()}


def unseen(c: Connection, key: Key, generation: int, limit: int) -> list[Anchor]:
    """Live entries that a full read did not bring."""
    rows = c.execute(
        select(entry.c.anchor)
        .where(entry.c.job == key["job"], entry.c.live == true(), entry.c.generation != generation)
        .limit(limit)
    )
    return [Anchor(row[0]) for row in rows]


def bury_final(c: Connection, key: Key, generation: int) -> None:
    """Forget tombstones that an earlier full read left, with the links that hid behind them.

    Not those of containers: a scope may name them.
    """
    final = select(entry.c.number, entry.c.anchor).where(
        entry.c.job == key["job"],
        text("live = false"),
        entry.c.target.is_(None),
        entry.c.type.not_in(CONTAINERS),
        entry.c.generation < generation - 1,
    )
    found = c.execute(final.limit(200)).all()
    if found:
        numbers, anchors = [n for n, _ in found], [a for _, a in found]
        c.execute(delete(link).where(link.c.owner.in_(numbers)))
        c.execute(delete(link).where(link.c.job == key["job"], link.c.other.in_(anchors)))
        for table in (due, later):
            c.execute(delete(table).where(table.c.job == key["job"], table.c.entry.in_(numbers)))
        c.execute(delete(entry).where(entry.c.number.in_(numbers)))
