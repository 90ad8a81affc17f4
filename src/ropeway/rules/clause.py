"""One condition of a scope, compiled, and what a scope answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ropeway.rules.bases import Base

Check = Callable[[Mapping[str, Any]], bool]


class ScopeAnswer(msgspec.Struct, frozen=True):
    """Whether an object is in scope, and the clause (or group of clauses) that decided."""

    passed: bool
    clause: str = ""


@dataclass(frozen=True, slots=True)
class CompiledClause:
    """One condition."""

    name: str
    met: Check
    reads: frozenset[str]
    answer: ScopeAnswer
    """What is said of an object that does not meet it."""
    times: frozenset[str] = frozenset()
    """Attributes that are compared with the present time."""
    groups: tuple[Base, ...] = ()
    containers: tuple[Base, ...] = ()
    spares: str | None = None
    """The attribute without which every object meets it; None where it must be asked of everybody."""
