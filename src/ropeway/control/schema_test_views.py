"""What `schema test` is asked and answers."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ropeway.model.problems import Problem


class SchemaTest(msgspec.Struct, frozen=True, kw_only=True):
    """What is evaluated, an expression or the rules of a job or file; and on what: one of the last three."""

    expression: str | None = None
    dialect: Literal["connect", "cloud", "ropeway"] | None = None
    """Of the expression; by default that of the job's or the file's schema, else ropeway."""
    job: str | None = None
    text: str | None = None
    """A schema file, YAML or JSON."""
    source_kind: str = "active-directory"
    """What a file is for."""
    type: str | None = None
    """Source type, where an entry does not say it itself."""
    ldif: str | None = None
    """Entries as LDIF."""
    object: str | None = None
    """DN, GUID or UPN of an object that is read now from the job's source."""
    cases: str | None = None
    """A file of cases with expected results, YAML or JSON."""


class TestedValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One target attribute of a tested object."""

    attribute: str
    value: Any = None
    flow: str = ""
    expression: str = ""
    sources: dict[str, Any] = {}
    ignored: bool = False
    """The flow said IgnoreThisFlow: the target keeps what it has."""
    problem: Problem | None = None


class Mismatch(msgspec.Struct, frozen=True, kw_only=True):
    """Where a case came out otherwise than expected."""

    what: str
    """A target attribute, `scope`, `fails` or `value`."""
    expected: Any
    found: Any


class TestedObject(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules, or the expression, make of one object."""

    name: str
    """Of the case, or the DN."""
    type: str = ""
    target_type: str = ""
    rule: str = ""
    in_scope: bool | None = None
    clause: str = ""
    """Why it is out of scope."""
    value: Any = None
    """Of an expression."""
    values: tuple[TestedValue, ...] = ()
    problem: Problem | None = None
    """Why there is no result."""
    mismatches: tuple[Mismatch, ...] | None = None
    """None: nothing was expected; empty: all as expected."""


class SchemaTestView(msgspec.Struct, frozen=True, kw_only=True):
    """All tested objects, and how many were as expected."""

    subject: str
    objects: tuple[TestedObject, ...] = ()
    passed: int = 0
    failed: int = 0
    """Cases that came out otherwise, and objects of which there is no result."""
