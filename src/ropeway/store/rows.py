"""Small things that every query needs."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, TypedDict

import msgspec
from sqlalchemy import CursorResult

from ropeway.model.problems import Problem
from ropeway.model.values import compare_key


class Key(TypedDict):
    """Whose rows: tenant and job."""

    tenant: int
    job: int


def inserted(result: CursorResult[Any]) -> int:
    """The number that an inserted row was given."""
    made: Any = result.inserted_primary_key
    return int(made[0])


def dn_key(dn: str) -> bytes:
    """8 bytes by which a DN is looked up; the DN itself is compared afterwards."""
    return blake2b(compare_key(dn).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def problem_text(problem: Problem) -> str:
    """A problem as stored."""
    return msgspec.json.encode(problem).decode()


def problem_from(text: str) -> Problem:
    """The inverse of `problem_text`."""
    return msgspec.json.decode(text, type=Problem)
