"""Small things that every query needs."""

from __future__ import annotations

from typing import Any, TypedDict

import msgspec
from sqlalchemy import CursorResult

from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem


class Key(TypedDict):
    """Whose rows: tenant and job."""

    tenant: int
    job: int


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
