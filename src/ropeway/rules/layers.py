"""The schema of a job: the default of its source's kind, with the administrator's changes, or one of its own.

What is stored is the changes alone (`JobSettings.edits`), so that the default may become better with an upgrade.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from ropeway.model.job import JobSettings, SchemaEdit
from ropeway.model.values import digest, pack
from ropeway.model.watermark import Wanted
from ropeway.rules.differences import (
    Applied,
    Difference,
    Document,
    applied,
    differences,
    edits,
    found_at,
    pruned,
    tree_of,
)
from ropeway.rules.loading import decoded, default_document, default_schema, load_schema
from ropeway.rules.rules import Rules, compile_rules
from ropeway.rules.schema import Schema

UNIMPORTANT = (("version",),)
"""Places that say nothing about what the rules do."""

_EXPORTED = re.compile(r"(?P<version>.*)\+(?P<job>[0-9a-f-]{36})\.(?P<revision>\d{1,9})")


class Exported(msgspec.Struct, frozen=True):
    """What the version of an exported schema says: of which job it was, and at which of its revisions."""

    job: str
    revision: int


class Conflict(msgspec.Struct, frozen=True):
    """A change of an administrator's at a place that an upgrade of the default changes, too."""

    place: tuple[str, ...]
    why: Literal["place-gone", "default-gone", "default-changed", "default-new", "same-now"]
    """The rule or object mapping is gone, so the edit rests; the default has nothing there any more; it says something
    else than when the edit was made; it has something there now; it now says what the edit says."""
    before: Any = None
    """The earlier default."""
    after: Any = None
    """The present default."""
    yours: Any = None


class Upgrade(msgspec.Struct, frozen=True):
    """What another version of the default schema means for a job."""

    changes: tuple[Difference, ...]
    """What becomes other than it was, the administrator's changes considered."""
    conflicts: tuple[Conflict, ...]


def canonical(raw: Document) -> Document:
    """A schema in its shortest form: what is a default of the format is left out. Refused as `load_schema` refuses."""
    return pruned(msgspec.json.decode(msgspec.json.encode(decoded(raw))))


def default(source_kind: str) -> Document:
    """The default schema, in its shortest form."""
    return canonical(default_document(source_kind))


def stands_for(document: Document) -> str:
    """A digest by which the text of a default schema is kept."""
    return digest(pack(document)).hex()


def of_job(settings: JobSettings) -> Applied:
    """The schema of a job as written, and the edits that have no place in the present default."""
    if settings.schema is not None:
        return Applied(canonical(settings.schema))
    return applied(default(settings.source.kind), settings.edits)


def job_schema(settings: JobSettings) -> Schema:
    """The checked schema of a job; RopewayError `schema-…` where the edits no longer fit the default."""
    own = of_job(settings).document if settings.edits else settings.schema
    return load_schema(own, settings.source.kind)


def wanted(settings: JobSettings, rules: Rules) -> Wanted:
    """What a job with these rules reads: of each mapped type also what the default rules read.

    So a change of one mapping seldom asks for attributes that were not read before, and the source is left in peace.
    """
    mine = rules.wanted(settings.scope).types
    if settings.schema is not None:
        return Wanted(mine)
    usual = compile_rules(default_schema(settings.source.kind)).wanted().types
    return Wanted({type_: tuple(sorted({*names, *usual.get(type_, ())})) for type_, names in mine.items()})


def redacted_names(settings: JobSettings) -> frozenset[str]:
    """Target attributes that a job's schema redacts, be it that it does not compile any more."""
    return frozenset(_redacting(settings.schema or of_job(settings).document))


def _redacting(part: Any) -> Iterator[str]:
    """The targets of attribute mappings whose expressions say Redact, at any depth of a document."""
    match part:
        case {"targetAttributeName": str(name), "source": {"expression": str(text)}} if "Redact" in text:
            yield name
        case dict() | list():
            inside = part.values() if isinstance(part, dict) else part  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            for one in inside:  # pyright: ignore[reportUnknownVariableType]
                yield from _redacting(one)
        case _:
            pass


def same_types(before: Schema, after: Schema) -> set[str]:
    """Source types that two schemas treat alike."""
    if (before.dialect, before.directories) != (after.dialect, after.directories):
        return set()
    old, new = _by_type(before), _by_type(after)
    return {type_ for type_, rules in old.items() if new.get(type_) == rules}


def _by_type(schema: Schema) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for rule in schema.synchronization_rules:
        for mapping in rule.object_mappings:
            alone = msgspec.structs.replace(rule, object_mappings=(mapping,))
            found.setdefault(mapping.source_object_name, []).append(alone)
    return found


def with_schema(settings: JobSettings, document: Document) -> JobSettings:
    """The settings with this schema (canonical): as changes where it is the default's, by its id; else as a whole."""
    usual = default(settings.source.kind)
    if document.get("id") != usual.get("id"):
        return msgspec.structs.replace(settings, schema=document, edits=())
    found = [one for one in differences(usual, document) if one.place not in UNIMPORTANT]
    return msgspec.structs.replace(settings, schema=None, edits=edits(found))


def upgrade(before: Document, after: Document, kept: tuple[SchemaEdit, ...]) -> Upgrade:
    """What a default that became another one means for whoever made these edits to the earlier one."""
    old, new = applied(before, kept), applied(after, kept)
    changes = [one for one in differences(old.document, new.document) if one.place not in UNIMPORTANT]
    trees = tree_of(before), tree_of(after)
    stay = [edit for edit in kept if edit not in new.lost]
    found = [_conflict(edit, found_at(trees[0], edit.place), found_at(trees[1], edit.place)) for edit in stay]
    gone = [Conflict(e.place, "place-gone", found_at(trees[0], e.place), None, e.value) for e in new.lost]
    return Upgrade(tuple(changes), (*gone, *(one for one in found if one is not None)))


def _conflict(edit: SchemaEdit, before: Any, after: Any) -> Conflict | None:
    if before == after:
        return None
    if after == edit.value:
        return Conflict(edit.place, "same-now", before, after, edit.value)
    why = "default-gone" if after is None else "default-new" if before is None else "default-changed"
    return Conflict(edit.place, why, before, after, edit.value)


def exported(document: Document, job: str, revision: int) -> Document:
    """The schema with a version that says of which job and revision it is, so that nobody's import undoes another's."""
    version = f"{document.get('version', '')}+{job}.{revision}"
    return {"id": document.get("id", ""), "version": version, **{k: v for k, v in document.items() if k != "version"}}


def imported(document: Document) -> tuple[Document, Exported | None]:
    """The inverse of `exported`: the schema, and what its version said."""
    said = _EXPORTED.fullmatch(str(document.get("version", "")))
    if said is None:
        return document, None
    plain = {**document, "version": said["version"]}
    return {k: v for k, v in plain.items() if v != ""}, Exported(said["job"], int(said["revision"]))
