"""Stage 6 on the whole, in SQL: counting what would be taken away, and keeping rows back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Subquery,
    and_,
    delete,
    false,
    func,
    or_,
    select,
    text,
    true,
    update,
)

from ropeway.model.anchors import Anchor
from ropeway.model.changes import Kind
from ropeway.model.problems import Problem
from ropeway.store.rows import Key, inserted, problem_text
from ropeway.store.tables import PENDING, change, entry, hold, link, provisioning_event

KINDS = {"deletes": Kind.DELETE, "disables": Kind.DISABLE, "emptied": Kind.EMPTY}


def approved_holds(key: Key) -> Select[int]:
    """The numbers of this job's approved holds."""
    return select(hold.c.number).where(hold.c.job == key["job"], hold.c.approved.is_not(None))


def number_of(key: Key, anchor: str) -> ScalarSelect[int]:
    """The number of an entry, within a statement."""
    return select(entry.c.number).where(entry.c.job == key["job"], entry.c.anchor == anchor).scalar_subquery()


def free(key: Key) -> ColumnElement[bool]:
    """Change rows that no hold keeps back."""
    return or_(change.c.hold.is_(None), change.c.hold.in_(approved_holds(key)))


def endangered(c: Connection, key: Key, what: str) -> dict[str, int]:
    """Planned rows of a kind that nobody has approved, by target type."""
    rows = c.execute(
        select(change.c.type, func.count())
        .where(
            change.c.job == key["job"],
            change.c.phase == (0 if what == "deletes" else 1),
            change.c.kind == KINDS[what].value,
            or_(change.c.hold.is_(None), change.c.hold.not_in(approved_holds(key))),
        )
        .group_by(change.c.type)
    )
    return dict(rows.all())


def emptied(c: Connection, key: Key, after: int, limit: int) -> list[tuple[int, str, bytes]]:
    """(seq, type, packed attributes) of EMPTY rows that nobody has approved, in order, from the one after `after`."""
    rows = c.execute(
        select(change.c.seq, change.c.type, change.c.attributes)
        .where(
            change.c.job == key["job"],
            change.c.phase == 1,
            change.c.kind == Kind.EMPTY.value,
            change.c.seq > after,
            or_(change.c.hold.is_(None), change.c.hold.not_in(approved_holds(key))),
        )
        .order_by(change.c.seq)
        .limit(limit)
    )
    return list(rows)


def emptied_since(c: Connection, key: Key, since: float) -> list[tuple[str, bytes]]:
    """(type, packed attributes) of EMPTY changes confirmed since then without approval."""
    rows = c.execute(
        select(provisioning_event.c.type, provisioning_event.c.modified).where(_done(key, Kind.EMPTY.value, since))
    )
    return list(rows)


def _done(key: Key, action: str, since: float) -> ColumnElement[bool]:
    event = provisioning_event.c
    return and_(
        event.job == key["job"],
        event.action == action,
        event.time > since,
        event.status.in_(("success", "warning")),
        event.approved == false(),
    )


def done_since(c: Connection, key: Key, action: str, type_: str, since: float) -> int:
    """Confirmed changes of a kind since then that nobody had to approve."""
    query = select(func.count()).where(_done(key, action, since), provisioning_event.c.type == type_)
    return c.scalar(query) or 0


def losing_members(c: Connection, key: Key, at_least: int, since: float) -> list[tuple[Anchor, str, int]]:
    """(owner, attribute, links to be taken away or taken since then) of that many; what was approved does not count."""
    event = provisioning_event.c
    lost = (
        select(event.entry, func.sum(event.lost).label("lost"))
        .where(event.job == key["job"], event.action == Kind.LINKS.value, event.time > since, event.lost > 0)
        .group_by(event.entry)
        .subquery()
    )
    count = func.count() + func.coalesce(func.max(lost.c.lost), 0)
    rows = c.execute(
        select(entry.c.anchor, link.c.attribute, count)
        .select_from(
            change.join(link, link.c.owner == change.c.entry)
            .join(entry, entry.c.number == change.c.entry)
            .outerjoin(lost, lost.c.entry == change.c.entry)
        )
        .where(
            change.c.job == key["job"],
            change.c.phase == 4,
            PENDING,
            link.c.present == false(),
            or_(link.c.hold.is_(None), link.c.hold.not_in(approved_holds(key))),
        )
        .group_by(entry.c.anchor, link.c.attribute)
        .having(count >= at_least)
    )
    return [(Anchor(a), attribute, int(n)) for a, attribute, n in rows]


def losing_all(c: Connection, key: Key) -> list[tuple[str, str, int]]:
    """(target type, attribute, owners) of owners who would lose every link of an attribute, and nobody has approved.

    Links to what was deleted in the source are left out: they go with it.
    """
    found = _losing_all(key)
    counts = select(entry.c.target_type, found.c.attribute, func.count()).join(found, entry.c.number == found.c.owner)
    rows = c.execute(counts.where(entry.c.target_type.is_not(None)).group_by(entry.c.target_type, found.c.attribute))
    return [(type_, attribute, number) for type_, attribute, number in rows]


def _losing_all(key: Key) -> Subquery:
    """(owner, attribute) that would be left without a link."""
    some = (
        select(link.c.owner, link.c.attribute)
        .select_from(change.join(link, link.c.owner == change.c.entry))
        .where(
            change.c.job == key["job"],
            change.c.phase == 4,
            PENDING,
            link.c.present == false(),
            or_(link.c.hold.is_(None), link.c.hold.not_in(approved_holds(key))),
        )
        .distinct()
        .subquery()
    )
    one = link.alias()
    this = and_(one.c.owner == some.c.owner, one.c.attribute == some.c.attribute)
    stays = select(one.c.owner).where(this, one.c.present == true()).exists()
    alive = and_(entry.c.job == one.c.job, entry.c.anchor == one.c.other, entry.c.live == true())
    misses = select(one.c.owner).select_from(one.join(entry, alive)).where(this, one.c.present == false()).exists()
    return select(some.c.owner, some.c.attribute).where(~stays, misses).subquery()


def linked(c: Connection, key: Key, type_: str) -> int:
    """How many target objects of a type the job has."""
    query = select(func.count()).where(
        entry.c.job == key["job"], entry.c.target_type == type_, entry.c.target.is_not(None)
    )
    return c.scalar(query) or 0


def exported_links(c: Connection, key: Key, anchor: Anchor, attribute: str) -> int:
    """How many links of an object the target has."""
    query = select(func.count()).where(
        link.c.owner == number_of(key, anchor), link.c.attribute == attribute, link.c.exported == true()
    )
    return c.scalar(query) or 0


def keep_back(
    c: Connection,
    key: Key,
    kind: tuple[str, str, str],
    cause: Problem,
    seqs: Sequence[int] | None,
    now: float,
) -> int:
    """Put rows on the open hold of that kind (what, type, subject), made where there is none; how many it holds."""
    what, type_, subject = kind
    number = _open_hold(c, key, kind, cause, now)
    if what == "members":
        c.execute(
            update(link)
            .where(
                link.c.owner == number_of(key, subject),
                PENDING,
                link.c.present == false(),
                link.c.hold.is_(None),
            )
            .values(hold=number)
        )
    else:
        rows = and_(
            change.c.job == key["job"],
            change.c.kind == KINDS[what].value,
            change.c.type == type_,
            change.c.state == "planned",
            or_(change.c.hold.is_(None), change.c.hold.not_in(approved_holds(key))),
        )
        if seqs is not None:
            rows = and_(rows, change.c.seq.in_(seqs))
        c.execute(update(change).where(rows).values(hold=number))
    return recount(c, key, number)


def keep_links_back(c: Connection, key: Key, type_: str, attribute: str, cause: Problem, now: float) -> int:
    """Put on hold what owners of a type would lose of an attribute of which nothing would be left."""
    number = _open_hold(c, key, ("emptied", type_, attribute), cause, now)
    found = _losing_all(key)
    owners = (
        select(found.c.owner)
        .join(entry, entry.c.number == found.c.owner)
        .where(found.c.attribute == attribute, entry.c.target_type == type_)
    )
    lost = and_(link.c.attribute == attribute, PENDING, link.c.present == false(), link.c.hold.is_(None))
    c.execute(update(link).where(link.c.owner.in_(owners), lost).values(hold=number))
    return recount(c, key, number)


def _open_hold(c: Connection, key: Key, kind: tuple[str, str, str], cause: Problem, now: float) -> int:
    """The number of the hold of that kind that nobody has approved, made where there is none."""
    what, type_, subject = kind
    open_ = and_(
        hold.c.job == key["job"],
        hold.c.what == what,
        hold.c.type == type_,
        hold.c.subject == subject,
        hold.c.approved.is_(None),
    )
    number: int | None = c.scalar(select(hold.c.number).where(open_))
    if number is None:
        row = dict(key, what=what, type=type_, subject=subject, count=0, digest="", created=now)
        number = inserted(c.execute(hold.insert().values(**row, cause=problem_text(cause))))
    return number


def recount(c: Connection, key: Key, number: int) -> int:
    """Count a hold's rows anew and name them by a digest over anchors and kinds."""
    rows: Iterable[tuple[str, str]] = c.execute(
        select(entry.c.anchor, change.c.kind)
        .select_from(change.join(entry, entry.c.number == change.c.entry))
        .where(change.c.job == key["job"], change.c.hold == number, change.c.kind != Kind.LINKS.value)
        .union_all(
            select(entry.c.anchor, link.c.other)
            .select_from(link.join(entry, entry.c.number == link.c.owner))
            .where(
                link.c.job == key["job"], link.c.hold == number, PENDING, link.c.present == false()
            )
        )
        .order_by(text("1"), text("2"))
    )  # fmt: skip
    digest, count = sha256(), 0
    for one, two in rows:
        digest.update(f"{one}\0{two}\n".encode())
        count += 1
    this = and_(hold.c.job == key["job"], hold.c.number == number)
    if count:
        c.execute(update(hold).where(this).values(count=count, digest=digest.hexdigest()[:16]))
    else:
        c.execute(delete(hold).where(this))
        c.execute(update(change).where(change.c.job == key["job"], change.c.hold == number).values(hold=None))
    return count


def approve(c: Connection, key: Key, number: int, now: float) -> None:
    """Let go what a hold keeps back; a row of links that waits for another hold, too, sends what it may."""
    c.execute(update(hold).where(hold.c.job == key["job"], hold.c.number == number).values(approved=now))
    owners = select(link.c.owner).where(link.c.job == key["job"], link.c.hold == number, PENDING)
    rows = and_(change.c.job == key["job"], change.c.kind == Kind.LINKS.value, change.c.entry.in_(owners))
    c.execute(update(change).where(rows).values(hold=number))


def recount_all(c: Connection, key: Key) -> int:
    """Every hold of the job counted anew; answers how many rows wait for approval."""
    holds = c.execute(select(hold.c.number, hold.c.approved).where(hold.c.job == key["job"])).all()
    counted = [(recount(c, key, number), approved) for number, approved in holds]
    return sum(count for count, approved in counted if approved is None)


def held(c: Connection, key: Key) -> int:
    """How many rows waited for approval when holds were last counted."""
    query = select(func.coalesce(func.sum(hold.c.count), 0)).where(hold.c.job == key["job"], hold.c.approved.is_(None))
    return int(c.scalar(query) or 0)


def any_free(c: Connection, key: Key) -> bool:
    """Whether some change row is kept back by nothing."""
    mine = select(change.c.seq).where(change.c.job == key["job"]).limit(1)
    ready = (mine.where(change.c.hold.is_(None)), mine.where(change.c.hold.in_(approved_holds(key))))
    return any(c.scalar(query) is not None for query in ready)
