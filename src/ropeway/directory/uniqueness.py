"""Unique values with duplicate-attribute resiliency (how-to-connect-syncservice-duplicate-attribute-resiliency).

Who has a value keeps it. A later user's name becomes a placeholder, a later address is left out; both are recorded as
onPremisesProvisioningErrors and given back in the very transaction in which the holder lets go.
"""

from __future__ import annotations

from typing import Any

from ropeway.directory.answers import holder_name
from ropeway.directory.computed import ANCHOR, PROPERTY_OF, PROXY, SID, UPN, Claim, claim, claims_of
from ropeway.directory.drafts import Draft
from ropeway.directory.keys import Keys
from ropeway.directory.names import Domains, placeholder
from ropeway.directory.record import Record, State
from ropeway.directory.workspace import Workspace
from ropeway.model.changes import Desired
from ropeway.model.problems import Problem, shown

_ERRORS = "onPremisesProvisioningErrors"
_STRICT = {ANCHOR: "immutable-id-taken", SID: "sid-taken"}


def refusal(work: Workspace, record: Record, wanted: Desired, name: str) -> Problem | None:
    """Why these properties cannot be at all: an identifier that belongs to another live object."""
    for kind, code in _STRICT.items():
        value = wanted.get(PROPERTY_OF[kind])
        holder = None if value is None else work.keys.holder((kind, value))
        if holder is not None and holder != record.number:
            return Problem(code, name, PROPERTY_OF[kind], shown(value), {"holder": holder_name(work, holder)})
    return None


def settle(record: Record, draft: Draft, keys: Keys, domains: Domains, time: str) -> State:
    """The state with what is taken by others withheld; the record's keys move to it."""
    properties, claims = draft.wanted.properties, draft.claims
    withheld = {c: value for c, value in claims.items() if keys.holder(c) not in (None, record.number)}
    if withheld:
        _withhold(record, properties, withheld, keys, domains)
        before = record.state.properties
        properties[_ERRORS] = [_error(c, value, before, time) for c, value in withheld.items()]
        claims = claims_of(properties)
    for old in record.state.claims():
        if old not in claims:
            keys.free(old, record.number)
    for new in claims:
        keys.take(new, record.number)
    return draft.wanted


def release(record: Record, keys: Keys) -> None:
    """Give up every unique value of an object that goes to the bin."""
    for old in record.state.claims():
        keys.free(old, record.number)


def _withhold(record: Record, properties: Desired, withheld: dict[Claim, str], keys: Keys, domains: Domains) -> None:
    for (kind, _), value in withheld.items():
        if kind == UPN:
            properties["userPrincipalName"] = _free_placeholder(record, value, properties, keys, domains)
        elif kind in _STRICT:
            del properties[PROPERTY_OF[kind]]
    kept = [a for a in properties.get("proxyAddresses") or () if claim(PROXY, a) not in withheld]
    if kept:
        properties["proxyAddresses"] = kept
    else:
        properties.pop("proxyAddresses", None)


def _free_placeholder(record: Record, upn: str, properties: Desired, keys: Keys, domains: Domains) -> str:
    seed = properties.get("onPremisesImmutableId") or record.id
    for attempt in range(10000):
        name = placeholder(upn, seed, attempt, domains)
        if keys.holder(claim(UPN, name)) in (None, record.number):
            return name
    raise AssertionError(f"ten thousand placeholders of {upn} are taken")


def _error(withheld: Claim, value: str, before: Desired, time: str) -> dict[str, Any]:
    error = {"category": "PropertyConflict", "propertyCausingError": PROPERTY_OF[withheld[0]], "value": value}
    known = (e for e in before.get(_ERRORS) or () if error.items() <= e.items())
    return next(known, None) or error | {"occurredDateTime": time}
