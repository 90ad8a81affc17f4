"""Directory synchronization of a tenant as a whole: on or off, what counts as an accident, what matching may do."""

from __future__ import annotations

import msgspec

from ropeway.control.protocol import SynchronizationChange, SynchronizationView
from ropeway.directory import Directory
from ropeway.directory.features import Features
from ropeway.model.job import Guard, Guards, JobSettings, Prevention, SourceSettings
from ropeway.model.problems import Problem, RopewayError

NO_LIMIT = 10**9


def view_of(features: Features) -> SynchronizationView:
    """The switches as they are told."""
    return SynchronizationView(
        enabled=not features.off,
        prevention=features.prevention or "enabledForCount",
        alert_threshold=_threshold(features),
        block_soft_match=features.block_soft_match,
        block_hard_takeover=features.block_hard_takeover,
        soft_match_on_upn=features.soft_match_on_upn,
    )


def _threshold(features: Features) -> int:
    usual = Guard()
    return features.threshold or (usual.percent if features.prevention == "enabledForPercentage" else usual.most)


def changed(features: Features, said: SynchronizationChange) -> Features:
    """The switches with what somebody said of them; RopewayError `threshold-invalid`."""
    told = {name: value for name, value in msgspec.structs.asdict(said).items() if value is not None}
    if "enabled" in told:
        told["off"] = told["releasing"] = not told.pop("enabled")
    if "alert_threshold" in told:
        told["threshold"] = told.pop("alert_threshold")
        told.setdefault("prevention", features.prevention or "enabledForCount")
    after = msgspec.structs.replace(features, **told)
    most = 100 if after.prevention == "enabledForPercentage" else NO_LIMIT
    if after.threshold is not None and not 1 <= after.threshold <= most:
        raise RopewayError(Problem("threshold-invalid", value=str(after.threshold), details={"most": str(most)}))
    return after


def is_about_deletions(said: SynchronizationChange) -> bool:
    """Whether guards of jobs follow from it."""
    return said.prevention is not None or said.alert_threshold is not None


def guarded(guards: Guards, features: Features) -> Guards:
    """A job's guards as the tenant wants them, for what is deleted and disabled."""
    if not features.prevention:
        return guards
    guard = guard_of(features.prevention, _threshold(features))
    return msgspec.structs.replace(guards, deletes=guard, disables=guard)


def guard_of(prevention: Prevention, threshold: int) -> Guard:
    """What counts as an accident: never, from so many on, or from such a share on."""
    match prevention:
        case "disabled":
            return Guard(NO_LIMIT, 100, NO_LIMIT)
        case "enabledForCount":
            return Guard(threshold, 100, NO_LIMIT)
        case "enabledForPercentage":
            return Guard(NO_LIMIT, threshold, 1)


def new_settings(settings: JobSettings, directory: Directory) -> JobSettings:
    """A new job's settings: where it says nothing of guards, the tenant does."""
    if settings.guards != Guards():
        return settings
    return msgspec.structs.replace(settings, guards=guarded(settings.guards, directory.features()))


def is_of_premises(source: SourceSettings) -> bool:
    """Whether directory synchronization is about a source; what clients upload goes on without."""
    return source.kind != "uploads"


def refuse_off(directory: Directory, job: str) -> None:
    """RopewayError `synchronization-off` in a tenant whose directory synchronization is not activated."""
    if directory.features().off:
        raise RopewayError(Problem("synchronization-off", object=job))
