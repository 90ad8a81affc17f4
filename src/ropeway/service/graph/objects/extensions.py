"""Directory extensions as Graph's `extensionProperty`: what the directory holds beyond Graph's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ropeway.directory.definition import BY_NAME
from ropeway.rules.extensions import PREFIX

TYPES = {"Integer": "Integer", "Boolean": "Boolean", "Binary": "Binary", "DateTime": "DateTime"}
TARGETS = {"user": "User", "group": "Group", "contact": "OrgContact", "device": "Device"}


def extension_properties(id_of: Callable[[str], str]) -> list[dict[str, Any]]:
    """Each once, with the types of objects that have it; `id_of` makes an id of a name."""
    found: dict[str, dict[str, Any]] = {}
    for type_, attributes in BY_NAME.items():
        for name, known in attributes.items():
            if not name.startswith(PREFIX):
                continue
            one = found.setdefault(name, {
                "id": id_of(name), "appDisplayName": "Tenant Schema Extension App", "name": name,
                "dataType": TYPES.get(known.type, "String"), "isMultiValued": known.multivalued,
                "isSyncedFromOnPremises": True, "targetObjects": [],
            })  # fmt: skip
            one["targetObjects"].append(TARGETS[type_])
    return list(found.values())
