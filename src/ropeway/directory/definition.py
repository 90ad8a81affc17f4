"""What the directory holds: object types and attributes with Graph's names, types and lengths (resource pages of Graph
v1.0: user, group, orgContact, device), and directory extensions for what Graph has no property for. Contacts carry the
flat names of users; Graph's `addresses` and `phones` are a matter of the API.

The list itself is data, `rules/schemas/directories/ropeway.json`, because rules are checked against it.
"""

from __future__ import annotations

from ropeway.model.definition import AttributeDefinition
from ropeway.rules.definitions import target_definition

OBJECTS = target_definition().objects

ADMINISTRATORS_ONLY = AttributeDefinition("isAssignedAdminRole", "Boolean")
"""Whether a user holds an administrative role. Set by administrators alone; protects the account from being matched."""

BY_NAME: dict[str, dict[str, AttributeDefinition]] = {o.name: {a.name: a for a in o.attributes} for o in OBJECTS}

LINKS: dict[str, dict[str, AttributeDefinition]] = {
    type_: {name: a for name, a in attributes.items() if a.type == "Reference"} for type_, attributes in BY_NAME.items()
}

PLURALS = {"users": "user", "groups": "group", "contacts": "contact", "devices": "device"}
"""The command line's and the API's word for a type to the type."""
