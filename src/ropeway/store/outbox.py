"""Messages to people that are on their way: noted with what they tell, sent afterwards, gone when they arrived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    select,
    true,
    update,
)

from ropeway.engine.lifecycle.notices import Event, Notice
from ropeway.model.problems import Problem
from ropeway.store.metadata import metadata
from ropeway.store.rows import Key, problem_from, problem_text, unguessable
from ropeway.store.tables import Serial

notice = Table(
    "notice",
    metadata,
    Column("number", Serial, primary_key=True),
    Column("tenant", Integer, nullable=False),
    Column("job", Integer, nullable=False),
    Column("event", String, nullable=False),
    Column("problem", Text),
    Column("created", Float, nullable=False),
    Column("next_attempt", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("arrived", String, nullable=False),
    Column("failure", Text),
    Index("ix_notice_next", "tenant", "next_attempt"),
    Index("ix_notice_job", "job"),
    sqlite_autoincrement=True,
)
"""`arrived` names the ways, divided by blanks, on which the message has arrived already: recipients of mail, `webhook`.
`failure` is the last problem."""


STEP = 1e-6
"""Seconds between two messages at least: their numbers have no order."""


class Message(msgspec.Struct, frozen=True):
    """A message as stored."""

    number: int
    job: int
    event: Event
    problem: Problem | None
    created: float
    attempts: int
    arrived: tuple[str, ...]


def put(c: Connection, key: Key, told: Sequence[Notice], now: float) -> None:
    """Note messages; they are due at once, in this order, after those of the job that wait already."""
    last = c.scalar(select(func.max(notice.c.created)).where(notice.c.job == key["job"])) if told else None
    first = now if last is None else max(now, last + STEP)
    rows: list[dict[str, Any]] = [
        {
            **key,
            "number": unguessable(c, notice.c.number),
            "event": one.event.value,
            "problem": problem_text(one.problem) if one.problem else None,
            "created": first + place * STEP,
            "next_attempt": now,
            "attempts": 0,
            "arrived": "",
        }
        for place, one in enumerate(told)
    ]
    if rows:
        c.execute(notice.insert(), rows)


def any_due(c: Connection, tenant: int | None, now: float) -> bool:
    """Whether a message of a tenant, or of any, is to be sent."""
    due = select(notice.c.number).where(_of(tenant), notice.c.next_attempt <= now)
    return c.scalar(due.limit(1)) is not None


def claim(c: Connection, tenant: int | None, now: float, until: float, *, beside: Sequence[int] = ()) -> Message | None:
    """The oldest message that is due, but for those about some jobs; nobody else sends it before `until`."""
    due = select(notice).where(_of(tenant), notice.c.next_attempt <= now, notice.c.job.not_in(beside))
    row = c.execute(
        due.order_by(notice.c.created, notice.c.number).limit(1).with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None:
        return None
    c.execute(update(notice).where(notice.c.number == row.number).values(next_attempt=until))
    problem = problem_from(row.problem) if row.problem else None
    arrived = tuple(row.arrived.split())
    return Message(row.number, row.job, Event(row.event), problem, row.created, row.attempts, arrived)


def _of(tenant: int | None) -> ColumnElement[bool]:
    return true() if tenant is None else notice.c.tenant == tenant


def done(c: Connection, number: int) -> None:
    """It arrived, or nobody waits for it any more."""
    c.execute(delete(notice).where(notice.c.number == number))


def again(c: Connection, message: Message, arrived: Sequence[str], failure: Problem, at: float) -> None:
    """It did not arrive on every way: the others are tried again."""
    c.execute(
        update(notice)
        .where(notice.c.number == message.number)
        .values(
            arrived=" ".join(arrived),
            failure=problem_text(failure),
            attempts=message.attempts + 1,
            next_attempt=at,
        )
    )


def failing(c: Connection, job: int) -> tuple[int, Problem | None]:
    """How many messages of a job did not arrive yet though they were sent, and the last problem."""
    late = [notice.c.job == job, notice.c.failure.is_not(None)]
    number = c.scalar(select(func.count()).select_from(notice).where(*late)) or 0
    last = c.scalar(select(notice.c.failure).where(*late).order_by(notice.c.created.desc()).limit(1))
    return number, problem_from(last) if last else None


def drop(c: Connection, job: int) -> None:
    """The job is deleted."""
    c.execute(delete(notice).where(notice.c.job == job))
