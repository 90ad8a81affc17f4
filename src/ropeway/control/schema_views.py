"""What Control answers about schemas. Schemas themselves travel as the text of a file, YAML or JSON."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from ropeway.model.problems import Problem

Origin = Literal["default", "changed", "added", "disabled", "own"]
"""As the default has it; changed, added or taken out by an administrator; of a schema that is no default's at all."""


class FlowView(msgspec.Struct, frozen=True, kw_only=True):
    """One attribute mapping, as `schema show` tells it."""

    rule: str
    source_type: str
    target_type: str
    priority: int = 0
    """Of the rule; the lowest number wins."""
    link_type: str = "Provision"
    enabled: bool = True
    """Whether the object mapping counts at all."""
    attribute: str
    """Of the target."""
    source: str
    """`mail`, `=Coalesce([displayName], [cn])`, `constant GB`; of a disabled mapping what the default has."""
    flow_type: str = "Always"
    matching_priority: int = 0
    default_value: str | None = None
    origin: Origin = "default"
    was: str = ""
    """What the default has, of a changed mapping."""


class ScopeView(msgspec.Struct, frozen=True, kw_only=True):
    """One condition of an object mapping's scope."""

    rule: str
    source_type: str
    target_type: str
    list: str
    """categoryFilterGroups, inputFilterGroups or groups."""
    group: str
    clause: str
    origin: Origin = "default"


class DifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One place that two schemas differ in."""

    place: tuple[str, ...]
    """Keys and names from the root."""
    where: str
    """The same for people: `exchange, user → user: mail`."""
    what: Literal["added", "removed", "changed"]
    before: str = ""
    """As people write it."""
    after: str = ""


class ConflictView(msgspec.Struct, frozen=True, kw_only=True):
    """A change of an administrator's at a place that an upgrade of the default changes, too."""

    where: str
    why: Literal["place-gone", "default-gone", "default-changed", "default-new", "same-now"]
    before: str = ""
    """The default as it was."""
    after: str = ""
    """The default as it is."""
    yours: str = ""


class SchemaView(msgspec.Struct, frozen=True, kw_only=True):
    """The schema of a job."""

    job: str
    name: str
    """The id and version of the default schema it is based on, or of its own."""
    own: bool
    """Imported whole: no default schema is below it."""
    revision: int
    edits: int
    flows: tuple[FlowView, ...] = ()
    scopes: tuple[ScopeView, ...] = ()
    problems: tuple[Problem, ...] = ()


class SchemaText(msgspec.Struct, frozen=True, kw_only=True):
    """A schema as the text of a file."""

    job: str
    revision: int
    text: str


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """What is different between two schemas."""

    job: str
    before: str
    after: str
    differences: tuple[DifferenceView, ...] = ()
    conflicts: tuple[ConflictView, ...] = ()


class SchemaChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of a job's schema: the text of a file instead of it, or a return to the default."""

    text: str | None = None
    """None: return to the default."""
    attributes: tuple[str, ...] = ()
    """Return with these target attributes only."""
    type: str | None = None
    """Return with object mappings of this source or target type only."""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One object that a change of rules is about."""

    object: str
    before: Any = None
    after: Any = None
    reason: str = ""


Effect = Literal[
    "value",
    "emptied",
    "flow",
    "created",
    "joined",
    "deleted",
    "disabled",
    "kept",
    "not created",
    "retyped",
    "set aside",
    "mapped again",
    "linked",
    "unlinked",
]
"""`value`, `emptied`: of one attribute, the rest of the object. flow: the values stay, only how they
flow is told to the target. joined: in scope, only where it is there. kept: out of
scope, but what left is kept. not created: it would have been. retyped: deleted, and created as another type. set
aside: its mapping fails. mapped again: it failed before. `linked`, `unlinked`: of one attribute, links that would be
added or removed; their number, not that of objects."""


class EffectView(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of rules does to how many objects of a type."""

    what: Effect
    type: str
    attribute: str = ""
    count: int = 0
    examples: tuple[Example, ...] = ()


class TrialView(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of a job's schema would do, found out on the stored objects; nothing was changed."""

    job: str
    revision: int
    """Of the schema that this was compared with: `change_schema` takes it."""
    differences: tuple[DifferenceView, ...] = ()
    effects: tuple[EffectView, ...] = ()
    evaluated: int = 0
    """Objects whose rules were evaluated."""
    unknown: dict[str, int] = {}
    """`user: badge` to number of objects: what reads attributes that the job has not read from its source yet."""
    unread: tuple[str, ...] = ()
    """Those attributes, `user: contosoBadge`; the next run reads them."""
    seconds: float = 0.0
    problems: tuple[Problem, ...] = ()
    """Why the schema in force does not work, since an upgrade: then there is nothing to compare with."""
