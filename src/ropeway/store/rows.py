"""Small things that every query needs."""

from __future__ import annotations

import secrets
from typing import Any, TypedDict

import msgspec
from sqlalchemy import ColumnElement, Connection, CursorResult, select

from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem


class Key(TypedDict):
    """Whose rows: tenant and job."""

    tenant: int
    job: int


def unguessable(c: Connection, number: ColumnElement[int]) -> int:
    """A number that no row has, for what several tenants see: it tells none of them how much the others do."""
    while True:
        one = secrets.randbelow(2**31 - 1) + 1
        if c.scalar(select(number).where(number == one)) is None:
            return one


def inserted(result: CursorResult[Any]) -> int:
    """The number that an inserted row was given."""
    made: Any = result.inserted_primary_key
    return int(made[0])


def problem_text(problem: Problem) -> str:
    """A problem as stored."""
    return msgspec.json.encode(problem).decode()


def problem_from(text: str) -> Problem:
    """The inverse of `problem_text`."""
    return msgspec.json.decode(text, type=prepared(Problem))
