"""Differences between the directory that a Control shows and the one that its domains must give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Protocol

from tests.oracle.expected import REFERENCES, expected
from tests.oracle.listing import Listing
from tests.oracle.properties import Expected, Tenant
from tests.oracle.scope import Scope

PLURALS: dict[str, Any] = {"user": "users", "group": "groups", "contact": "contacts", "device": "devices"}
OURS = {
    *("id", "createdDateTime", "onPremisesLastSyncDateTime", "onPremisesProvisioningErrors"),
    *("mailNickname", "userPrincipalName"),
}
"""What the directory adds, and what history decides where nothing on premises does."""


class Directory(Protocol):
    """What is asked of a Control."""

    def domains(self) -> Sequence[Any]: ...
    def list_objects(self, type_: Any, *, limit: int) -> Sequence[dict[str, Any]]: ...
    def show_object(self, type_: Any, identifier: str) -> dict[str, Any]: ...


def differences(control: Directory, *domains: tuple[Listing, Scope], fresh: bool = False) -> list[str]:
    """One sentence for each; `fresh`: nothing happened before, so names must be as at a first synchronization."""
    wanted = expected(domains, _tenant(control))
    found = _found(control)
    ids = {properties["id"]: key for key, (_, properties) in found.items()}
    told = [f"missing: {one.record.dn} ({one.type})" for key, one in wanted.items() if key not in found]
    told += [f"too many: {_name(p)} ({t})" for key, (t, p) in found.items() if key not in wanted]
    for key in wanted.keys() & found.keys():
        told += _of_one(control, wanted[key], *found[key], ids, fresh=fresh)
    return sorted(told) + _twice([properties for _, properties in found.values()])


def _tenant(control: Directory) -> Tenant:
    domains = control.domains()
    verified = frozenset(d.name.lower() for d in domains if d.verified)
    return Tenant(next(d.name for d in domains if d.initial), verified)


def _found(control: Directory) -> dict[str, tuple[str, dict[str, Any]]]:
    """What comes from on premises, by immutable id."""
    return {
        properties["onPremisesImmutableId"]: (type_, properties)
        for type_, plural in PLURALS.items()
        for properties in control.list_objects(plural, limit=1_000_000)
        if properties.get("onPremisesSyncEnabled")
    }


def _name(properties: dict[str, Any]) -> str:
    return properties.get("onPremisesDistinguishedName") or properties["displayName"]


def _of_one(
    control: Directory, wanted: Expected, type_: str, shown: dict[str, Any], ids: dict[str, str], *, fresh: bool
) -> list[str]:
    if type_ != wanted.type:
        return [f"{wanted.record.dn} is a {type_}, not a {wanted.type}"]
    expected_values = {k: v for k, v in wanted.properties.items() if k not in wanted.shared}
    if fresh:
        expected_values |= {k: v for k, v in wanted.fresh.items() if k not in wanted.shared}
    compared = {k: v for k, v in shown.items() if k not in OURS | wanted.shared} | {
        k: shown.get(k) for k in expected_values
    }
    told = [
        f"{wanted.record.dn}: {name} is {compared.get(name)!r}, not {expected_values.get(name)!r}"
        for name in sorted(compared.keys() | expected_values.keys())
        if _plain(compared.get(name)) != _plain(expected_values.get(name))
    ]
    return told + _links(control, wanted, shown["id"], ids)


def _plain(value: Any) -> Any:
    """Values of a list have no order; a list of nothing is nothing."""
    return sorted(value) or None if isinstance(value, list) else value


def _links(control: Directory, wanted: Expected, id_: str, ids: dict[str, str]) -> list[str]:
    whole = control.show_object(PLURALS[wanted.type], id_)
    told: list[str] = []
    for name in REFERENCES[wanted.type]:
        ends = whole.get(name) or []
        shown = {ids.get(end["id"], end["displayName"]) for end in (ends if isinstance(ends, list) else [ends])}
        count = whole.get(f"{name}Count", len(shown))
        if (shown != wanted.links[name] and count <= 100) or count != len(wanted.links[name]):
            lacking, extra = wanted.links[name] - shown, shown - wanted.links[name]
            told.append(f"{wanted.record.dn}: {name} lacks {sorted(lacking)} and has {sorted(extra)} too many")
    return told


def _twice(objects: Sequence[dict[str, Any]]) -> list[str]:
    """Unique values that two objects have."""
    names = Counter(p["userPrincipalName"].lower() for p in objects if "userPrincipalName" in p)
    addresses = Counter(a.lower() for p in objects for a in p.get("proxyAddresses", ()))
    return [f"{value} belongs to {times} objects" for value, times in (names + addresses).items() if times > 1]
