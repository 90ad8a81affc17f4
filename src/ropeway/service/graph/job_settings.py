"""A job's settings as Graph's synchronizationJobSettings: names and texts, both ways (docs/graph-api.md lists them)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from ropeway.model.job import Departure, Guards, JobSettings, Retention, Schedule, Scope, SourceKind, SourceSettings
from ropeway.model.prepared import prepared
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.refusals import body_invalid

T = TypeVar("T")
THRESHOLD = "QuarantineTooManyDeletesThreshold"
LATER = frozenset({THRESHOLD, "LogDays", "CycleDays"})
"""What PATCH changes; the rest is said when the job is made."""


class Pair(Body, frozen=True):
    """Graph's keyValuePair."""

    name: str
    value: str | None = None


class NewJob(NamedTuple):
    """A job to be made."""

    settings: JobSettings
    containers: tuple[str, ...]
    excluded_containers: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Settings that somebody gave, by name."""

    values: Mapping[str, str]

    def text(self, name: str, usual: str = "") -> str:
        """A text as it is."""
        return self.values.get(name, usual)

    def parsed(self, name: str, kind: type[T], usual: T) -> T:
        """A number, a truth or a list, written in JSON; `True` and `False` in any case of letters."""
        text = self.values.get(name)
        if text is None:
            return usual
        try:
            return msgspec.json.decode(text.lower() if kind is bool else text, type=prepared(kind))
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeError) as error:
            raise body_invalid(f"synchronizationJobSettings {name}", str(error)) from None

    def one_of(self, name: str, usual: T, known: Mapping[str, T]) -> T:
        """One of a few words."""
        text = self.values.get(name)
        if text is None:
            return usual
        if text not in known:
            raise body_invalid(f"synchronizationJobSettings {name}", f"it is one of {', '.join(known)}")
        return known[text]


def given(pairs: Sequence[Pair]) -> Given:
    """Settings by name; one that is unknown or given twice is refused."""
    values: dict[str, str] = {}
    for pair in pairs:
        if pair.name not in TELLERS:
            known = ", ".join(sorted(TELLERS))
            raise body_invalid(
                f"synchronizationJobSettings {pair.name}", f"there is no such setting; there are {known}"
            )
        if pair.name in values:
            raise body_invalid(f"synchronizationJobSettings {pair.name}", "it is given twice")
        if pair.value is not None:
            values[pair.name] = pair.value
    return Given(values)


def new_job(kind: SourceKind, said: Given, schedule: Schedule, schema: dict[str, Any] | None) -> NewJob:
    """The job that these settings describe; what it reads must be named, everything else has the usual value."""
    source = _source(kind, said)
    place = str(source.settings.get("domain" if kind == "active-directory" else "path", ""))
    settings = JobSettings(
        name=said.text("Name", place.rpartition("/")[2] or kind.title()),
        source=source,
        scope=Scope(nested_groups=said.parsed("NestedGroups", bool, False)),
        schema=schema,
        guards=with_threshold(Guards(), said),
        departure=said.parsed("Departure", dict[str, Departure], {}),
        precedence=said.parsed("Precedence", int, 100),
        staging=said.parsed("Staging", bool, False),
        poll_seconds=said.parsed("PollSeconds", float, 0.5),
        schedule=schedule,
        retention=with_days(Retention(), said),
    )
    return NewJob(
        settings,
        said.parsed("Containers", tuple[str, ...], ()),
        said.parsed("ExcludedContainers", tuple[str, ...], ()),
        said.parsed("Groups", tuple[str, ...], ()),
    )


def _source(kind: SourceKind, said: Given) -> SourceSettings:
    more = said.parsed("SourceSettings", dict[str, Any], {})
    if kind == "uploads":
        return SourceSettings(kind)
    name, key = ("Domain", "domain") if kind == "active-directory" else ("Path", "path")
    place = said.text(name) or str(more.get(key, ""))
    if not place:
        how = " or PUT it to synchronization/secrets first" if name == "Domain" else ""
        raise body_invalid(
            f"synchronizationJobSettings {name}", f"the job needs to know what it reads: say {name}{how}"
        )
    usual = "agents" if kind == "active-directory" else "here"
    through: Literal["here", "agents"] = said.one_of("Through", usual, {"here": "here", "agents": "agents"})
    return SourceSettings(kind, {**more, key: place}, through)


def with_threshold(guards: Guards, said: Given) -> Guards:
    """The guards with another number of deletions and disablings that wait for approval."""
    most = said.parsed(THRESHOLD, int, guards.deletes.most)
    if not 0 <= most <= 2**31 - 1:
        raise body_invalid(f"synchronizationJobSettings {THRESHOLD}", "it is a number of objects")
    if most == guards.deletes.most:
        return guards
    made = {name: msgspec.structs.replace(getattr(guards, name), most=most) for name in ("deletes", "disables")}
    return msgspec.structs.replace(guards, **made)


def with_days(retention: Retention, said: Given) -> Retention:
    """The retention with other numbers of days."""
    return Retention(said.parsed("LogDays", int, retention.log), said.parsed("CycleDays", int, retention.cycles))


def told(settings: JobSettings) -> list[dict[str, Any]]:
    """All settings that say something, as Graph's keyValuePairs."""
    found = [(name, teller(settings)) for name, teller in TELLERS.items()]
    return [{"name": name, "value": value} for name, value in found if value is not None]


def refuse_changes(settings: JobSettings, said: Given) -> None:
    """RopewayError for settings that PATCH does not change, where they are not what they were."""
    for name, value in said.values.items():
        if name not in LATER and value != TELLERS[name](settings):
            raise body_invalid(f"synchronizationJobSettings {name}", "it is decided when the job is made")


def _json(value: object) -> str | None:
    return msgspec.json.encode(value).decode() if value else None


def _named(settings: JobSettings, anchors: tuple[Any, ...]) -> str | None:
    return _json([settings.scope.names.get(anchor, str(anchor)) for anchor in anchors])


def _others(settings: JobSettings) -> str | None:
    shown = ("domain", "path")
    return _json({key: value for key, value in settings.source.settings.items() if key not in shown})


def _place(kind: str, key: str) -> Callable[[JobSettings], str | None]:
    return lambda s: str(s.source.settings.get(key, "")) if s.source.kind == kind else None


TELLERS: Mapping[str, Callable[[JobSettings], str | None]] = {
    "Name": lambda s: s.name,
    "Domain": _place("active-directory", "domain"),
    "Path": _place("ldif", "path"),
    "Through": lambda s: s.source.through,
    "SourceSettings": _others,
    THRESHOLD: lambda s: str(s.guards.deletes.most),
    "Precedence": lambda s: str(s.precedence),
    "Staging": lambda s: str(s.staging),
    "PollSeconds": lambda s: str(s.poll_seconds),
    "Containers": lambda s: _named(s, s.scope.containers),
    "ExcludedContainers": lambda s: _named(s, s.scope.excluded_containers),
    "Groups": lambda s: _named(s, s.scope.groups),
    "NestedGroups": lambda s: str(s.scope.nested_groups),
    "Departure": lambda s: _json(s.departure),
    "LogDays": lambda s: str(s.retention.log),
    "CycleDays": lambda s: str(s.retention.cycles),
}
"""Name to how it is told; None: it says nothing."""
