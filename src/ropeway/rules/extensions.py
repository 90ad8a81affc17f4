"""Directory extensions: what the directory holds of Active Directory where Graph has no property.

Names are Graph's, `extension_<application id without dashes>_<attribute>`. Entra has one such application in each
tenant, the “Tenant Schema Extension App” (how-to-connect-sync-feature-directory-extensions); here its id is the same
everywhere, so that a schema written for one tenant is good for another.
"""

from __future__ import annotations

from ropeway.model.definition import AttributeDefinition

APPLICATION = "d7a1f3b2-c4e6-4c0f-9a58-b6e1207f4d93"
"""The id of the application that owns the extensions, “Tenant Schema Extension App”."""

PREFIX = f"extension_{APPLICATION.replace('-', '')}_"


class Extension(AttributeDefinition, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """An attribute of Active Directory that the directory holds under its own name."""

    of: tuple[str, ...]
    """The directory's object types that have it."""

    def defined(self) -> AttributeDefinition:
        """The property it is."""
        return AttributeDefinition(
            extension_name(self.name), self.type, self.multivalued, self.case_exact, max_length=self.max_length
        )


def extension_name(attribute: str) -> str:
    """The property that holds an attribute; a dash, which Graph does not allow, becomes an underscore."""
    return PREFIX + attribute.replace("-", "_")
