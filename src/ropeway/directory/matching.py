"""Which object a source object is (how-to-connect-install-existing-tenant; protection as tshoot-connect-sync-errors).

A candidate that another source object provides is no match at all: the new object is created, and duplicate-attribute
resiliency withholds what is taken. So the outcome does not depend on which of the two came first. Some candidates join
objects of different forests all the same: a security identifier (the account of a linked mailbox), mail, where the
schema matches by it, as contacts always do, and what `recognition` knows users by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select

from ropeway.directory import tables
from ropeway.directory.computed import ANCHOR, PROXY, SID, UPN, Claim, Standing, claim, is_synchronised
from ropeway.directory.drafts import yields
from ropeway.directory.names import primary_smtp
from ropeway.directory.recognition import recognised
from ropeway.directory.record import Record
from ropeway.directory.workspace import Workspace, active
from ropeway.model.anchors import TargetId
from ropeway.model.changes import MatchKey, MatchResult
from ropeway.model.problems import Problem, shown
from ropeway.model.values import compare_key
from ropeway.rules.mappings import MATCHED_BY
from ropeway.store.constant import any_of

IMMUTABLE_ID = "onPremisesImmutableId"
SECURITY_ID = "onPremisesSecurityIdentifier"
MAIL = "mail"


_o = tables.object_.c
_in_the_bin = (
    select(_o.source_anchor, _o.number)
    .where(_o.tenant == bindparam("b_tenant"), _o.deleted.is_not(None), any_of(_o.source_anchor, "anchors"))
    .order_by(_o.deleted, _o.number)
)
_with_mail = (
    select(_o.mail_key, _o.number)
    .where(
        _o.tenant == bindparam("b_tenant"),
        any_of(_o.mail_key, "mails"),
        _o.deleted.is_(None),
        _o.type.in_(("user", "contact")),
    )
    .order_by(_o.type, _o.number.desc())
)


def match(work: Workspace, job: int, keys: Sequence[MatchKey]) -> list[MatchResult]:
    """One answer a key, in order; at most 1,000 keys."""
    known = work.known(job, (k.anchor for k in keys))
    binned = _binned(work, [k.source_anchor for k in keys if k.anchor not in known])
    work.keys.fetch(c for k in keys if k.anchor not in known for c in _claims(k))
    seen = recognised(work, [k for k in keys if k.anchor not in known])
    mailed = _by_mail(work, [v for k in keys if k.anchor not in known for a, v in k.candidates if a == MAIL])
    held = {n for k in keys if k.anchor not in known for c in _claims(k) if (n := work.keys.holder(c))}
    listed = [number for numbers in seen.values() for number in numbers]
    work.load([*held, *listed, *mailed.values(), *binned.values(), *(k.number for k in known.values())])
    results = [_by_contribution(work, key, known[key.anchor].number) if key.anchor in known else None for key in keys]
    settings = work.features
    found: list[MatchResult] = []
    for key, result in zip(keys, results, strict=True):
        hard = result or _hard(work, job, key, binned.get(key.source_anchor))
        if hard is not None and settings.block_hard_takeover:
            hard = _unless_cloud_only(work, key, hard)
        found.append(hard or (MatchResult() if settings.block_soft_match else _soft(work, job, key, mailed, seen)))
    return _unless_ambiguous(keys, found)


def _claims(key: MatchKey) -> list[Claim]:
    found: list[Claim] = [(ANCHOR, key.source_anchor)] if key.source_anchor else []
    return [*found, *(_candidate(attribute, value) for attribute, value in key.candidates if attribute in MATCHED_BY)]


def _candidate(attribute: str, value: str) -> Claim:
    if attribute == "userPrincipalName":
        return claim(UPN, value)
    if attribute == SECURITY_ID:
        return claim(SID, value.upper())
    address = value[5:] if value[:5].lower() == "smtp:" else value
    return claim(PROXY, f"smtp:{address}")


def _binned(work: Workspace, source_anchors: list[str]) -> dict[str, int]:
    """The latest binned object of each source anchor."""
    asked = {"b_tenant": work.tenant, "anchors": [a for a in source_anchors if a]}
    return {row.source_anchor: row.number for row in work.connection.execute(_in_the_bin, asked)}


def _by_contribution(work: Workspace, key: MatchKey, number: int) -> MatchResult:
    record = work.records[number]
    if record.type != key.type and not yields(key.type, record):
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


def _soft(
    work: Workspace, job: int, key: MatchKey, mailed: Mapping[str, int], seen: Mapping[tuple[str, str], Sequence[int]]
) -> MatchResult:
    for attribute, value in key.candidates:
        if attribute not in MATCHED_BY:
            record = _recognised(work, job, key, seen.get((attribute, value), ()))
            if record is not None:
                return _matched(record, attribute)
            continue
        number = work.keys.holder(_candidate(attribute, value))
        record = work.records.get(number or (mailed.get(value) if attribute == MAIL else None) or 0)
        if record is None:
            continue
        if is_synchronised(record.state.contributions):
            if (key.joins or attribute in (MAIL, SECURITY_ID)) and _joins(job, key, record, attribute, value):
                return _matched(record, attribute)
            continue
        if attribute == "userPrincipalName" and not work.features.soft_match_on_upn:
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


def _recognised(work: Workspace, job: int, key: MatchKey, numbers: Sequence[int]) -> Record | None:
    """The only user of another forest that has a value; where there are two, it tells nothing."""
    found = [record for number in numbers if _is_elsewhere(job, key, record := work.records[number])]
    return found[0] if len(found) == 1 else None


def _is_elsewhere(job: int, key: MatchKey, record: Record) -> bool:
    return record.type == key.type and is_synchronised(record.state.contributions) and not _provided(job, record)


def _provided(job: int, record: Record) -> bool:
    return any(of == job and active(one) for (of, _), one in record.state.contributions.items())


def _joins(job: int, key: MatchKey, record: Record, attribute: str, value: str) -> bool:
    """Whether an object of another forest is the same person; within one forest nobody is there twice."""
    if record.type != key.type and not yields(key.type, record):
        return False
    if _provided(job, record):
        return False
    properties = record.state.properties
    by_mail = compare_key(properties.get(MAIL) or "") == value or _is_primary(properties, value)
    return attribute in (SECURITY_ID, "userPrincipalName") or by_mail


def _by_mail(work: Workspace, values: list[str]) -> dict[str, int]:
    """Live users and contacts that have such a mail address, be it one of their proxyAddresses or not."""
    if not values:
        return {}
    rows = work.connection.execute(_with_mail, {"b_tenant": work.tenant, "mails": values})
    return {row.mail_key: row.number for row in rows}


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
