"""Groups and containers that a schema names by DN, looked up: what is saved holds them by GUID."""

from __future__ import annotations

from ropeway.control.sources import Sources
from ropeway.engine.ports import Resolves
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings
from ropeway.model.watermark import Wanted
from ropeway.rules import layers
from ropeway.rules.bases import named_by_dn, pinned
from ropeway.rules.differences import Document
from ropeway.rules.rules import CONTAINERS
from ropeway.store import looking
from ropeway.store.database import Database
from ropeway.store.rows import Key

LOOKED_AT = Wanted({**CONTAINERS, "group": ("cn",)})
"""Enough to know a group or container by."""


def from_source(settings: JobSettings, names: list[str], sources: Sources) -> dict[str, Anchor]:
    """The GUIDs of those DNs that the live source has."""
    source = sources(settings.source)
    try:
        found = {dn: source.resolve(dn, LOOKED_AT) if isinstance(source, Resolves) else None for dn in names}
    finally:
        source.close()
    return {dn: whole.anchor for dn, whole in found.items() if whole is not None}


def from_state(database: Database, key: Key, names: list[str]) -> dict[str, Anchor]:
    """The GUIDs of those DNs that the job has read."""
    with database.read() as c:
        found = {dn: looking.entries_named(c, key, dn) for dn in names}
    return {dn: entries[0].anchor for dn, entries in found.items() if entries}


def with_pins(
    document: Document, settings: JobSettings, stored: tuple[Database, Key] | None, sources: Sources
) -> Document:
    """The schema with every group and container by GUID; RopewayError `schema-base-unknown` where one is not there.

    What the job has read is asked first; the source itself only for what is not among that.
    """
    names = named_by_dn(document)
    if not names:
        return document
    known = from_state(*stored, names) if stored is not None else {}
    missing = [dn for dn in names if dn not in known]
    known |= from_source(settings, missing, sources) if missing else {}
    return layers.canonical(pinned(document, known.get))
