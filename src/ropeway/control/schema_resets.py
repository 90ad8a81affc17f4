"""Changes to a default schema given up again."""

from __future__ import annotations

import msgspec

from ropeway.control.schema_views import SchemaChange
from ropeway.model.job import JobSettings, SchemaEdit
from ropeway.model.problems import Problem, RopewayError
from ropeway.rules.yaml_form import long_target


def given_back(settings: JobSettings, change: SchemaChange) -> JobSettings:
    """The settings without those changes; RopewayError `schema-nothing-to-reset` where there is none of them."""
    if not change.attributes and change.type is None:
        if settings.schema is None and not settings.edits:
            raise _nothing(settings, "The job uses the default schema as it is")
        return msgspec.structs.replace(settings, schema=None, edits=())
    if settings.schema is not None:
        raise _nothing(settings, "The job has a schema of its own, so there is no default for single attributes")
    kept = tuple(edit for edit in settings.edits if not _given_up(edit, change))
    if len(kept) == len(settings.edits):
        names = ", ".join(change.attributes) or str(change.type)
        raise _nothing(settings, f"Nothing is changed at {names}")
    return msgspec.structs.replace(settings, edits=kept)


def _given_up(edit: SchemaEdit, change: SchemaChange) -> bool:
    place = edit.place
    mapping = place[3] if place[2:3] == ("objectMappings",) else ""
    if change.type is not None and change.type not in mapping.split(" → "):
        return False
    attribute = place[-1] if place[4:5] == ("attributeMappings",) else ""
    return not change.attributes or attribute in map(long_target, change.attributes)


def _nothing(settings: JobSettings, reason: str) -> RopewayError:
    return RopewayError(Problem("schema-nothing-to-reset", object=settings.name, details={"reason": reason}))
