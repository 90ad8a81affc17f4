"""What log, plan and explanations may show of attributes whose mapping says Redact."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, TypeVar

import msgspec

from ropeway.expressions import REDACTED
from ropeway.model.changes import Desired
from ropeway.model.problems import Problem
from ropeway.model.values import pack, unpack

P = TypeVar("P", Problem, Problem | None)


def redacted(packed: bytes, secret: Set[str]) -> bytes:
    """Packed attributes with the values of these hidden; that one is empty may be known."""
    if not secret:
        return packed
    attributes = unpack(packed)
    shown = hidden(attributes, secret)
    return packed if shown == attributes else pack(shown)


def hidden(attributes: Desired, secret: Set[str]) -> Desired:
    """The same for attributes that are not packed."""
    return {name: covered(value) if name in secret else value for name, value in attributes.items()}


def covered(value: Any) -> Any:
    """What stands for a value that nobody may see."""
    return None if value is None else REDACTED


def without_secret(problem: P, secret: Set[str]) -> P:
    """A problem with one of these attributes without its value, wherever it stands, and without what a rule said."""
    if problem is None or problem.attribute not in secret:
        return problem
    value, said = problem.value, problem.code == "rule-error"
    details = {
        key: REDACTED if said and key == "reason" else text.replace(value, REDACTED) if value else text
        for key, text in problem.details.items()
    }
    return msgspec.structs.replace(problem, value=value and REDACTED, details=details)
