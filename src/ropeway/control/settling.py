"""A new job's settings, checked against its live source: names turned into GUIDs before anything is kept."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ropeway.control.schema_pins import LOOKED_AT, with_pins
from ropeway.control.schema_testing import ANCHOR as GUID
from ropeway.control.sources import Sources
from ropeway.engine.ports import Resolves, Source
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings, Retention, Schedule, Scope
from ropeway.model.pages import Whole
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.watermark import Wanted
from ropeway.rules import compile_rules, schema_to_keep
from ropeway.rules.layers import canonical, imported, job_schema, with_schema

LONGEST_NAME = 100
"""Characters of a job's name."""

OFTENEST, SHORTEST, LONGEST = 0.01, 0.5, 7 * 86400.0
"""Seconds between two looks, and between two cycles; whoever waits longer than seven days reads everything."""

MOST_DAYS = 36_500
"""For which history is kept."""

LAST = 2**31 - 1
"""The highest precedence, as contributions hold it."""


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


def refuse_unfit_schedule(job: str, schedule: Schedule) -> None:
    """RopewayError `schedule-invalid`."""
    if schedule.every is not None and not SHORTEST <= schedule.every <= LONGEST:
        raise RopewayError(Problem("schedule-invalid", object=job))


def refuse_unfit_retention(job: str, retention: Retention) -> None:
    """RopewayError `retention-invalid`."""
    if not all(1 <= days <= MOST_DAYS for days in (retention.log, retention.cycles)):
        raise RopewayError(Problem("retention-invalid", object=job))


def _refuse_unfit(settings: JobSettings) -> None:
    """RopewayError for a name, a pace, days or a precedence with which a job could not live."""
    refuse_unfit_name(settings.name)
    refuse_unfit_schedule(settings.name, settings.schedule)
    refuse_unfit_retention(settings.name, settings.retention)
    if not OFTENEST <= settings.poll_seconds <= LONGEST:
        raise RopewayError(Problem("schedule-invalid", object=settings.name))
    if not 0 <= settings.precedence <= LAST:
        raise RopewayError(Problem("precedence-invalid", object=settings.name, value=shown(str(settings.precedence))))


def settled(
    settings: JobSettings, containers: Sequence[str], groups: Sequence[str], excluded: Sequence[str], sources: Sources
) -> JobSettings:
    """The settings with containers and groups by GUID; RopewayError for whatever would only fail later."""
    _refuse_unfit(settings)
    if settings.schema is not None:
        plain = imported(settings.schema)[0]
        schema_to_keep(plain, settings.source.kind)
        document = with_pins(canonical(plain), settings, None, sources)
        settings = with_schema(settings, document)
    return msgspec.structs.replace(settings, scope=chosen(settings, containers, groups, excluded, sources))


def chosen(
    settings: JobSettings,
    containers: Sequence[str],
    groups: Sequence[str],
    excluded: Sequence[str],
    sources: Sources,
    job: int = 0,
) -> Scope:
    """The scope of the settings with these containers and groups besides, by GUID; the source must be there."""
    wanted = Wanted(LOOKED_AT.types | compile_rules(job_schema(settings)).wanted().types)
    source = sources(settings.source, job)
    try:
        source.describe()
        found = {name: _whole(source, name, wanted) for name in (*containers, *groups, *excluded)}
    finally:
        source.close()
    scope = settings.scope
    return Scope(
        containers=(*scope.containers, *(found[name].anchor for name in containers)),
        excluded_containers=(*scope.excluded_containers, *(found[name].anchor for name in excluded)),
        groups=(*scope.groups, *(found[name].anchor for name in groups)),
        nested_groups=scope.nested_groups,
        names=scope.names | {whole.anchor: whole.dn for whole in found.values()},
    )


def _whole(source: Source, name: str, wanted: Wanted) -> Whole:
    """What an administrator names, by DN or GUID."""
    if GUID.fullmatch(name):
        whole = source.read_one(Anchor(name.lower()), wanted)
    else:
        whole = source.resolve(name, wanted) if isinstance(source, Resolves) else None
    if whole is None:
        raise RopewayError(Problem("scope-base-unknown", object=name))
    return whole
