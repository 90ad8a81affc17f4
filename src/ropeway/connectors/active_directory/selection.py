"""What a job wants, in the server's terms: classes, filters, attribute lists, and how each value is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ropeway.connectors.active_directory.decoding import Decoder, decoder
from ropeway.connectors.active_directory.schema import Attribute, Schema, Syntax
from ropeway.connectors.active_directory.searching import RANGE
from ropeway.model.watermark import Wanted

SERVICE_ACCOUNTS = (
    "msDS-ManagedServiceAccount",
    "msDS-GroupManagedServiceAccount",
    "msDS-DelegatedManagedServiceAccount",
)
CONTAINERS = ("organizationalUnit", "container", "domainDNS")
"""Types that are always read, so that the chain of parents of every object is known."""
TYPES = (
    "user", "inetOrgPerson", "group", "contact", "computer", "foreignSecurityPrincipal", *CONTAINERS, *SERVICE_ACCOUNTS,
)  # fmt: skip
SUBTYPES = {"user": ("inetOrgPerson", "computer", *SERVICE_ACCOUNTS), "computer": SERVICE_ACCOUNTS}
"""Types whose objects also belong to the class of another type."""

ALWAYS: tuple[str, ...] = ("objectGUID", "objectClass", "name", "parentGUID", "isDeleted", "whenCreated")
OWN_NAME = "distinguishedName"


@dataclass(frozen=True, slots=True)
class Reading:
    """How the attributes of one type are read."""

    decoders: dict[str, Decoder] = field(default_factory=dict[str, Decoder])
    references: dict[str, Attribute] = field(default_factory=dict[str, Attribute])
    own_name: bool = False
    """Whether the object's own DN is wanted as an attribute."""


@dataclass(frozen=True)
class Selection:
    """One job's wishes, understood by one forest's schema."""

    schema: Schema
    domain: str
    """Anchor of the naming context itself, which has no parent."""
    types: dict[str, Reading]
    any_type: Reading
    """For changes of an object whose type the server does not say."""
    containers: frozenset[str]
    """Classes that are delivered as `container`."""
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    """Attributes that every object but containers has because of the domain it is in."""

    def type_of(self, classes: Iterable[bytes]) -> str | None:
        """The most specific type among an object's classes; None for objects that no job reads."""
        for raw in reversed(list(classes)):
            name = raw.decode("ascii", "replace")
            if name in TYPES:
                return name
            if name in self.containers:
                return "container"
        return None

    def filter(self, types: Iterable[str]) -> str:
        """The objects of these types and of no other."""
        chosen = set(types)
        parts = [self._of_type(t, chosen) for t in sorted(chosen) if t in self.schema.classes]
        if "container" in chosen:
            parts += [f"(objectClass={c})" for c in sorted(self._topmost(self.containers - set(TYPES)))]
        return f"(|{''.join(parts)})"

    def _of_type(self, name: str, chosen: set[str]) -> str:
        other = [s for s in SUBTYPES.get(name, ()) if s not in chosen and s in self.schema.classes]
        if not other:
            return f"(objectClass={name})"
        return f"(&(objectClass={name}){''.join(f'(!(objectClass={s}))' for s in self._topmost(other))})"

    def _topmost(self, classes: Iterable[str]) -> list[str]:
        named = set(classes)
        return [c for c in sorted(named) if not named & set(self.schema.ancestry(c)[1:])]

    def attributes(self, types: Iterable[str], *, ranges: bool = False) -> list[str]:
        """What to ask for; with `ranges`, long links as their first range."""
        names = set(ALWAYS)
        for reading in (self.types[t] for t in types):
            names.update(reading.decoders)
            names.update(
                f"{a.name};range=0-{RANGE - 1}" if ranges and a.multivalued else a.name
                for a in reading.references.values()
            )
        return sorted(names)

    def needs_ordinary_search(self, name: str) -> bool:
        """Whether a full read of this type wants what DirSync would not bring, or only in one huge piece."""
        reading = self.types[name]
        plain = (self.schema.attribute(a) for a in reading.decoders)
        return any(a.multivalued for a in reading.references.values()) or any(
            a is not None and not a.is_replicated for a in (*plain, *reading.references.values())
        )


def select(schema: Schema, domain: str, wanted: Wanted, given: Mapping[str, str] | None = None) -> Selection:
    """What `wanted` means here; attributes and types that this forest's schema does not have are left out."""
    names = {*wanted.types, *CONTAINERS} & set(TYPES)
    present = [t for t in TYPES if t in names and t in schema.classes]
    types = {t: _reading(schema, wanted.types.get(t, ())) for t in present}
    union = _reading(schema, [a for attributes in wanted.types.values() for a in attributes])
    return Selection(schema, domain, types, union, schema.superiors(present), given or {})


def _reading(schema: Schema, attributes: Iterable[str]) -> Reading:
    known = [a for a in map(schema.attribute, attributes) if a is not None]
    return Reading(
        decoders={a.name: decoder(a) for a in known if a.syntax is not Syntax.NAME},
        references={a.name: a for a in known if a.syntax is Syntax.NAME and a.name != OWN_NAME},
        own_name=any(a.name == OWN_NAME for a in known),
    )
