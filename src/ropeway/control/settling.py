"""A new job's settings, checked against its live source: names turned into GUIDs before anything is kept."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ropeway.control.schema_pins import LOOKED_AT, with_pins
from ropeway.control.sources import Sources
from ropeway.engine.ports import Resolves, Source
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings, Scope
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.watermark import Wanted
from ropeway.rules import compile_rules, schema_to_keep
from ropeway.rules.layers import canonical, imported, job_schema, with_schema

LONGEST_NAME = 100
"""Characters of a job's name."""


def refuse_unfit_name(name: str) -> None:
    """RopewayError `job-name-unfit` for a name that nobody could see in a list, or type."""
    reason = (
        "It has no visible character"
        if not name.strip()
        else f"It has {len(name):,} characters"
        if len(name) > LONGEST_NAME
        else "It has line breaks or control characters"
        if not name.isprintable()
        else ""
    )
    if reason:
        raise RopewayError(Problem("job-name-unfit", value=shown(name), details={"reason": reason}))


def settled(
    settings: JobSettings, containers: Sequence[str], groups: Sequence[str], excluded: Sequence[str], sources: Sources
) -> JobSettings:
    """The settings with containers and groups by GUID; RopewayError for whatever would only fail later."""
    refuse_unfit_name(settings.name)
    if settings.schema is not None:
        plain = imported(settings.schema)[0]
        schema_to_keep(plain, settings.source.kind)
        document = with_pins(canonical(plain), settings, None, sources)
        settings = with_schema(settings, document)
    wanted = Wanted(LOOKED_AT.types | compile_rules(job_schema(settings)).wanted().types)
    source = sources(settings.source)
    try:
        source.describe()
        found = {dn: _anchor(source, dn, wanted) for dn in (*containers, *groups, *excluded)}
    finally:
        source.close()
    scope = Scope(
        containers=(*settings.scope.containers, *(found[dn] for dn in containers)),
        excluded_containers=(*settings.scope.excluded_containers, *(found[dn] for dn in excluded)),
        groups=(*settings.scope.groups, *(found[dn] for dn in groups)),
        nested_groups=settings.scope.nested_groups,
        names=settings.scope.names | {anchor: dn for dn, anchor in found.items()},
    )
    return msgspec.structs.replace(settings, scope=scope)


def _anchor(source: Source, dn: str, wanted: Wanted) -> Anchor:
    whole = source.resolve(dn, wanted) if isinstance(source, Resolves) else None
    if whole is None:
        raise RopewayError(Problem("scope-base-unknown", object=dn))
    return whole.anchor
