"""Which object a source object is (how-to-connect-install-existing-tenant; protection as tshoot-connect-sync-errors).

A candidate that another source object provides is no match at all: the new object is created, and duplicate-attribute
resiliency withholds what is taken. So the outcome does not depend on which of the two came first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select

from ropeway.directory import tables
from ropeway.directory.computed import ANCHOR, PROXY, UPN, Claim, Standing, claim, is_synchronised
from ropeway.directory.features import features
from ropeway.directory.names import primary_smtp
from ropeway.directory.record import Record
from ropeway.directory.workspace import Workspace
from ropeway.model.anchors import TargetId
from ropeway.model.changes import MatchKey, MatchResult
from ropeway.model.problems import Problem, shown
from ropeway.store.statements import among

IMMUTABLE_ID = "onPremisesImmutableId"


def match(work: Workspace, job: int, keys: Sequence[MatchKey]) -> list[MatchResult]:
    """One answer a key, in order; at most 500 keys."""
    known = work.known(job, (k.anchor for k in keys))
    binned = _binned(work, [k.source_anchor for k in keys if k.anchor not in known])
    work.keys.fetch(c for k in keys if k.anchor not in known for c in _claims(k))
    held = {n for k in keys if k.anchor not in known for c in _claims(k) if (n := work.keys.holder(c))}
    work.load([*held, *binned.values(), *(k.number for k in known.values())])
    results = [_by_contribution(work, key, known[key.anchor].number) if key.anchor in known else None for key in keys]
    settings = features(work.connection, work.tenant)
    found: list[MatchResult] = []
    for key, result in zip(keys, results, strict=True):
        hard = result or _hard(work, job, key, binned.get(key.source_anchor))
        if hard is not None and settings.block_hard_takeover:
            hard = _unless_cloud_only(work, key, hard)
        found.append(hard or (MatchResult() if settings.block_soft_match else _soft(work, key)))
    return _unless_ambiguous(keys, found)


def _claims(key: MatchKey) -> list[Claim]:
    found: list[Claim] = [(ANCHOR, key.source_anchor)] if key.source_anchor else []
    return [*found, *(_candidate(attribute, value) for attribute, value in key.candidates)]


def _candidate(attribute: str, value: str) -> Claim:
    if attribute == "userPrincipalName":
        return claim(UPN, value)
    address = value[5:] if value[:5].lower() == "smtp:" else value
    return claim(PROXY, f"smtp:{address}")


def _binned(work: Workspace, source_anchors: list[str]) -> dict[str, int]:
    """The latest binned object of each source anchor."""
    o = tables.object_.c
    query = select(o.source_anchor, o.number).where(
        o.tenant == work.tenant,
        o.deleted.is_not(None),
        among(work.connection, o.source_anchor, [a for a in source_anchors if a]),
    )
    return {row.source_anchor: row.number for row in work.connection.execute(query.order_by(o.deleted, o.number))}


def _by_contribution(work: Workspace, key: MatchKey, number: int) -> MatchResult:
    record = work.records[number]
    if record.type != key.type:
        return _refused(key, record, "match-type-mismatch")
    return _matched(record, "contribution")


def _matched(record: Record, by: str) -> MatchResult:
    return MatchResult(TargetId(record.id), by, record.state.deleted is not None)


def _refused(key: MatchKey, record: Record, code: str, attribute: str = "", value: str = "") -> MatchResult:
    details = {"holder": record.name, "id": record.id, "type": record.type, "wanted": key.type}
    name = next((v for _, v in key.candidates), key.anchor)
    return MatchResult(problem=Problem(code, name, attribute, shown(value), details))


def _hard(work: Workspace, job: int, key: MatchKey, binned: int | None) -> MatchResult | None:
    number = work.keys.holder((ANCHOR, key.source_anchor)) if key.source_anchor else None
    record = work.records.get(number or binned or 0)
    if record is None or (number is None and record.type != key.type):
        return None
    if record.type != key.type:
        return _refused(key, record, "match-type-mismatch", IMMUTABLE_ID, key.source_anchor)
    for (of, anchor), one in record.state.contributions.items():
        if of == job and anchor != key.anchor and one.standing == Standing.PROVISIONS:
            return _refused(key, record, "match-anchor-taken", IMMUTABLE_ID, key.source_anchor)
    if record.state.properties.get("isAssignedAdminRole"):
        return _refused(key, record, "match-admin-role", IMMUTABLE_ID, key.source_anchor)
    return _matched(record, IMMUTABLE_ID)


def _unless_cloud_only(work: Workspace, key: MatchKey, result: MatchResult) -> MatchResult:
    if result.target is None or result.by != IMMUTABLE_ID:
        return result
    record = work.by_ids([result.target])[result.target]
    if record.state.deleted is not None or is_synchronised(record.state.contributions):
        return result
    return _refused(key, record, "match-hard-blocked", IMMUTABLE_ID, key.source_anchor)


def _soft(work: Workspace, key: MatchKey) -> MatchResult:
    for attribute, value in key.candidates:
        record = work.records.get(work.keys.holder(_candidate(attribute, value)) or 0)
        if record is None or is_synchronised(record.state.contributions):
            continue
        properties = record.state.properties
        if attribute != "userPrincipalName" and not _is_primary(properties, value):
            continue
        if record.type != key.type:
            return _refused(key, record, "match-type-mismatch", attribute, value)
        if properties.get(IMMUTABLE_ID) is not None:
            return _refused(key, record, "match-invalid-soft", attribute, value)
        if properties.get("isAssignedAdminRole"):
            return _refused(key, record, "match-admin-role", attribute, value)
        return _matched(record, attribute)
    return MatchResult()


def _is_primary(properties: dict[str, object], value: str) -> bool:
    primary = primary_smtp(properties)
    return primary is not None and claim(PROXY, f"smtp:{primary}") == _candidate("proxyAddresses", value)


def _unless_ambiguous(keys: Sequence[MatchKey], found: list[MatchResult]) -> list[MatchResult]:
    """Two source objects that match one target object are both refused."""
    times = Counter(result.target for result in found if result.target is not None)
    return [
        result
        if result.target is None or times[result.target] == 1 or result.by == "contribution"
        else MatchResult(problem=Problem("match-ambiguous", key.anchor, result.by, details={"id": result.target}))
        for key, result in zip(keys, found, strict=True)
    ]
