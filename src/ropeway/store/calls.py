"""Calls of agents in SQL: asked by a reader, taken by one agent under a lease, answered in numbered parts.

Whoever changes a call locks its row first: SQLite has one writer at a time, PostgreSQL is asked FOR UPDATE.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, tuple_, update

from ropeway.model.problems import Problem, RopewayError
from ropeway.store.bell import ring
from ropeway.store.database import Database
from ropeway.store.rows import unguessable
from ropeway.store.service_tables import agent as agents
from ropeway.store.service_tables import answer, call

WINDOW = 8
"""Parts that an agent may be ahead of what was acknowledged."""

LEASE = 15.0
"""Seconds without a renewal after which a call is open again for another agent."""

READER = 120.0
"""Seconds without a sign of its reader after which nobody wants a call any more."""

WATCH = "watch"


class Order(NamedTuple):
    """What is asked."""

    tenant: int
    domain: str
    job: int
    method: str
    body: bytes
    carried: str = ""
    """What it is a part of (`telemetry.tracing.carry`)."""


class CallRow(NamedTuple):
    """A call without its arguments."""

    number: int
    domain: str
    job: int
    method: str
    state: str
    """open | taken | answered."""
    agent: str
    """Who has it; of an open one: who gave it back, where others are to have it first."""
    attempt: int
    acknowledged: int


_COLUMNS = [call.c[name] for name in CallRow._fields]


class Lease(NamedTuple):
    """A call in the hands of an agent: what its every word about the call must name."""

    number: int
    attempt: int
    agent: str


class Taken(NamedTuple):
    """What an agent is given."""

    lease: Lease
    body: bytes
    carried: str


class Part(NamedTuple):
    """One part of an answer."""

    seq: int
    last: bool
    body: bytes


class Answers(NamedTuple):
    """What has come since the last acknowledgement."""

    row: CallRow
    parts: Sequence[Part]


def ask(c: Connection, order: Order, now: float) -> int:
    """A new call; its number."""
    number = unguessable(c, call.c.number)
    c.execute(call.insert().values(**order._asdict(), number=number, state="open", created=now, expires=now + READER))
    ring(c)
    return number


def ask_watch(c: Connection, db: Database, order: Order, now: float) -> None:
    """The watch of a job, once."""
    number = unguessable(c, call.c.number)
    made = db.insert(call).values(**order._asdict(), number=number, state="open", created=now, expires=now + READER)
    c.execute(made.on_conflict_do_nothing())
    ring(c)


def all_calls(c: Connection, tenant: int) -> list[CallRow]:
    """Every call, in the order in which they were asked."""
    asked = select(*_COLUMNS).where(call.c.tenant == tenant).order_by(call.c.created, call.c.number)
    return [CallRow(*row) for row in c.execute(asked)]


def take(c: Connection, number: int, agent: str, now: float) -> Taken | None:
    """Give an open call to an agent; None where another was faster, or it was removed.

    What an earlier agent left unread is dropped.
    """
    good = select(agents.c.id).where(agents.c.id == agent, agents.c.removed.is_(None)).exists()
    open_ = and_(call.c.number == number, call.c.state == "open", good)
    row = c.execute(
        select(call.c.attempt, call.c.body, call.c.carried).where(open_).with_for_update(skip_locked=True, of=call)
    ).one_or_none()
    if row is None:
        return None
    lease = Lease(number, row.attempt + 1, agent)
    fresh = {"state": "taken", "agent": agent, "attempt": lease.attempt, "renewed": now, "acknowledged": 0}
    c.execute(update(call).where(call.c.number == number).values(fresh))
    c.execute(delete(answer).where(answer.c.call == number))
    return Taken(lease, row.body, row.carried)


def renew(c: Connection, leases: Sequence[Lease], now: float) -> None:
    """The agents that have these calls live."""
    if leases:
        mine = tuple_(call.c.number, call.c.attempt, call.c.agent).in_([tuple(lease) for lease in leases])
        c.execute(update(call).where(mine, call.c.state == "taken").values(renewed=now))


def is_held(c: Connection, lease: Lease) -> CallRow | None:
    """The call, if the agent still has it."""
    row = c.execute(select(*_COLUMNS).where(_held(lease))).one_or_none()
    return CallRow(*row) if row else None


def require(c: Connection, lease: Lease) -> CallRow:
    """The call that an agent has; RopewayError `call-gone` where it has it no more."""
    row = is_held(c, lease)
    if row is None:
        raise RopewayError(Problem("call-gone", details={"number": str(lease.number)}))
    return row


def put(c: Connection, lease: Lease, part: Part, now: float) -> int:
    """Keep the next part; answers how far the reader is. Sending a part twice is sending it once.

    RopewayError `call-gone` where the agent has the call no more, `agent-out-of-step` for a part that is not the next
    one or too far ahead.
    """
    row = c.execute(select(*_COLUMNS).where(_held(lease)).with_for_update()).one_or_none()
    if row is None:
        raise RopewayError(Problem("call-gone", details={"number": str(lease.number)}))
    stored = c.scalar(select(func.max(answer.c.seq)).where(answer.c.call == lease.number)) or 0
    reached = max(row.acknowledged, stored)
    if part.seq <= reached:
        return row.acknowledged
    if part.seq != reached + 1 or part.seq > row.acknowledged + WINDOW or row.state != "taken":
        details = {"part": str(part.seq), "expected": str(reached + 1)}
        raise RopewayError(Problem("agent-out-of-step", details=details))
    tenant = select(call.c.tenant).where(call.c.number == lease.number).scalar_subquery()
    c.execute(answer.insert().values(tenant=tenant, call=lease.number, **part._asdict()))
    fresh = {"renewed": now, "state": "answered" if part.last else "taken"}
    c.execute(update(call).where(call.c.number == lease.number).values(fresh))
    ring(c)
    return row.acknowledged


def give_back(c: Connection, lease: Lease, *, by: str = "") -> bool:
    """Another agent may have it; `by`: the one that could not do it comes last. False where it had the call no more."""
    mine = and_(_held(lease), call.c.state == "taken")
    given = c.execute(update(call).where(mine).values(state="open", agent=by)).rowcount == 1
    ring(c)
    return given


def give_back_all(c: Connection, agent: str) -> None:
    """The agent ends."""
    mine = and_(call.c.agent == agent, call.c.state == "taken")
    _rung(c, c.execute(update(call).where(mine).values(state="open", agent="")).rowcount)


def answers(c: Connection, number: int) -> Answers | None:
    """The next parts, in order; None where the call is gone."""
    row = c.execute(select(*_COLUMNS).where(call.c.number == number)).one_or_none()
    if row is None:
        return None
    found = select(answer.c.seq, answer.c.last, answer.c.body).where(
        answer.c.call == number, answer.c.seq > row.acknowledged
    )
    return Answers(CallRow(*row), [Part(*part) for part in c.execute(found.order_by(answer.c.seq))])


def acknowledge(c: Connection, row: CallRow, seq: int) -> None:
    """Parts up to this one of this attempt were used, and go."""
    mine = and_(call.c.number == row.number, call.c.attempt == row.attempt)
    if c.execute(update(call).where(mine).values(acknowledged=seq)).rowcount == 1:
        c.execute(delete(answer).where(answer.c.call == row.number, answer.c.seq <= seq))
    ring(c)


def still_wanted(c: Connection, number: int, now: float) -> bool:
    """The reader lives; False where the call is gone."""
    return c.execute(update(call).where(call.c.number == number).values(expires=now + READER)).rowcount == 1


def withdraw(c: Connection, number: int) -> None:
    """Nobody wants the answer any more."""
    c.execute(delete(call).where(call.c.number == number))
    c.execute(delete(answer).where(answer.c.call == number))
    ring(c)


def reopen(c: Connection, now: float) -> int:
    """Calls whose agent was not heard of for LEASE seconds are open again; how many there were."""
    late = and_(call.c.state == "taken", call.c.renewed < now - LEASE)
    return _rung(c, c.execute(update(call).where(late).values(state="open", agent="")).rowcount)


def expire(c: Connection, now: float) -> int:
    """Calls whose reader was not heard of go, with their answers; how many there were."""
    old = list(c.execute(select(call.c.number).where(call.c.expires < now, call.c.method != WATCH)).scalars())
    for number in old:
        withdraw(c, number)
    return len(old)


def watches(c: Connection, tenant: int) -> dict[int, tuple[int, bytes, str]]:
    """Job to the number, arguments and domain of its watch."""
    found = select(call.c.job, call.c.number, call.c.body, call.c.domain)
    rows = c.execute(found.where(call.c.tenant == tenant, call.c.method == WATCH))
    return {row.job: (row.number, row.body, row.domain) for row in rows}


def _held(lease: Lease) -> ColumnElement[bool]:
    mine = (call.c.number == lease.number, call.c.attempt == lease.attempt, call.c.agent == lease.agent)
    return and_(*mine, call.c.state != "open")


def _rung(c: Connection, count: int) -> int:
    if count:
        ring(c)
    return count
