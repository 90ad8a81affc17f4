"""Types of directory objects as Graph has them: properties, how each may be asked for, and what leads to others.

The support of filters is Graph's (aad-advanced-queries; graph-scim.md A3): some need an advanced query, which is
`ConsistencyLevel: eventual` and `$count=true`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from ropeway.directory.definition import BY_NAME
from ropeway.service.graph.objects.tables import CONTACT, DEVICE, GROUP, USER

Form = Literal["text", "truth", "number", "time", "binary", "list", "complex", "exact"]
"""`exact` is a text that is compared to the letter, `complex` one with properties of its own."""
Support = Literal["default", "advanced", "no"]

_SUPPORT: Mapping[str, Support] = {"D": "default", "A": "advanced", "-": "no"}
_FORMS: Mapping[str, Form] = {
    "Boolean": "truth", "Integer": "number", "DateTime": "time", "Binary": "binary", "String": "text",
}  # fmt: skip

EXTENSION_ATTRIBUTES = "onPremisesExtensionAttributes"
ORG_DATA = "employeeOrgData"


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a type."""

    name: str
    form: Form
    usual: bool = False
    """Whether it is told without $select."""
    equal: Support = "no"
    starts: Support = "no"
    stored: str = ""
    """Its name in the hub, where that is another."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A type of objects, or `directoryObject`, which is any of them."""

    plural: str
    """The segment of its path: `users`."""
    stored: str
    """The hub's word: `user`; empty: any type."""
    name: str
    """Graph's word: `user`, `orgContact`."""
    properties: Mapping[str, Property]
    """By name in small letters."""
    links: frozenset[str] = frozenset()
    """Collections of other objects."""
    has_manager: bool = False

    @property
    def relations(self) -> frozenset[str]:
        """Names of what leads to other objects."""
        return self.links | {"manager"} if self.has_manager else self.links

    def property(self, name: str) -> Property | None:
        """The property of that name, in any case of letters; extensions are known by their form."""
        found = self.properties.get(name.lower())
        return found or (_extension(self.stored, name) if name.lower().startswith("extension_") else None)


def _extension(type_: str, name: str) -> Property | None:
    known = BY_NAME.get(type_ or "user", {}).get(name)
    if known is None:
        return Property(name, "text", equal="default", starts="default")
    form: Form = "list" if known.multivalued else _FORMS.get(known.type, "text")
    return Property(name, form, equal="default", starts="default" if form == "text" else "no")


def _read(table: str) -> dict[str, Property]:
    """Lines of: name, form, whether it is usual (`*`), support of eq and of startsWith."""
    found: dict[str, Property] = {}
    for line in filter(str.strip, table.splitlines()):
        name, form, usual, equal, starts = line.split()
        one = Property(name, cast(Form, form), usual == "*", _SUPPORT[equal], _SUPPORT[starts])
        found[name.lower()] = one
    return found


def _with_extension_attributes(properties: dict[str, Property]) -> dict[str, Property]:
    for number in range(1, 16):
        stored = f"extensionAttribute{number}"
        name = f"{EXTENSION_ATTRIBUTES}/{stored}"
        properties[name.lower()] = Property(name, "text", equal="advanced", starts="advanced", stored=stored)
    return properties


def _with_org_data(properties: dict[str, Property]) -> dict[str, Property]:
    for stored in ("costCenter", "division"):
        name = f"{ORG_DATA}/{stored}"
        properties[name.lower()] = Property(name, "text", equal="advanced", starts="advanced", stored=stored)
    return properties


USERS = Kind(
    "users", "user", "user", _with_org_data(_with_extension_attributes(_read(USER))),
    frozenset({"directReports", "transitiveReports", "memberOf", "transitiveMemberOf", "ownedObjects", "ownedDevices",
               "registeredDevices"}), True,
)  # fmt: skip
GROUPS = Kind(
    "groups", "group", "group", _with_extension_attributes(_read(GROUP)),
    frozenset({"members", "owners", "memberOf", "transitiveMembers", "transitiveMemberOf"}),
)  # fmt: skip
CONTACTS = Kind(
    "contacts", "contact", "orgContact", _read(CONTACT),
    frozenset({"directReports", "memberOf", "transitiveMemberOf"}), True,
)  # fmt: skip
DEVICES = Kind(
    "devices", "device", "device", _read(DEVICE),
    frozenset({"memberOf", "transitiveMemberOf", "registeredOwners", "registeredUsers"}),
)  # fmt: skip
KINDS = (USERS, GROUPS, CONTACTS, DEVICES)
ANY = Kind(
    "directoryObjects", "", "directoryObject",
    {**DEVICES.properties, **CONTACTS.properties, **GROUPS.properties, **USERS.properties},
)  # fmt: skip
"""What a collection of several types can be asked for."""


@cache
def by_stored(type_: str) -> Kind:
    """The kind of a stored object."""
    return next(kind for kind in KINDS if kind.stored == type_)


def by_name(name: str) -> Kind | None:
    """The kind that a cast or an `@odata.type` names, `#microsoft.graph.user`."""
    short = name.removeprefix("#").removeprefix("microsoft.graph.").removeprefix("graph.").lower()
    return next((kind for kind in KINDS if kind.name.lower() == short), None)
