"""Holds in SQL: rows that are kept back until somebody approves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

from sqlalchemy import Connection, and_, delete, false, func, or_, select, text, update

from ropeway.model.changes import Kind
from ropeway.model.problems import Problem
from ropeway.store.guarding import KINDS, WENT_ALONG, approved_holds, losing_their_last, number_of
from ropeway.store.rows import Key, inserted, problem_from, problem_text
from ropeway.store.tables import PENDING, change, entry, hold, link


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
                ~WENT_ALONG,
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
    found = losing_their_last(key)
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
    found = c.execute(select(hold.c.number, hold.c.cause).where(open_)).one_or_none()
    if found is None:
        row = dict(key, what=what, type=type_, subject=subject, count=0, digest="", created=now)
        return inserted(c.execute(hold.insert().values(**row, cause=problem_text(cause))))
    before = problem_from(found.cause)
    if before.code == cause.code and before != cause:  # it has grown, and its cause says how far
        c.execute(update(hold).where(open_).values(cause=problem_text(cause)))
    return int(found.number)


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
