"""An object as its contributions make it: pure.

Whose word counts where several jobs say something, as Connect's default rules have it
(concept-azure-ad-connect-sync-default-configuration, “Out-of-box sync rules”): what concerns signing in comes from the
forest of the enabled account, everything else from the forest with the mailbox; then by precedence, then the older job.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Any

import msgspec

from ropeway.directory.names import Domains, History, nickname_of, principal_name
from ropeway.model.changes import Desired, Mode
from ropeway.model.values import compare_key
from ropeway.rules.extensions import extension_name

SYNCHRONISED = "onPremisesSyncEnabled"
"""Computed; a contribution that says False does not come from premises."""

ADMINISTRATORS = 0
"""The job number of administrators' own edits; their anchor of an object is its id."""

LAST = 2**31 - 1
"""The precedence of administrators' edits: every job comes before them."""


class Standing(IntEnum):
    """What a contribution does for its object."""

    CONTACT = -1
    """A contact's, on somebody who is a user elsewhere: its values count after all others', the object does not live
    by it; when the user leaves, it is a contact again."""
    EDITS = 0
    """Its values count; the object does not live by it."""
    PROVISIONS = 1
    """Its values count, and the object lives while one of these remains."""
    WITHDRAWN = 2
    """The last one to be withdrawn: kept with the binned object, for its return."""
    DETACHED = 3
    """What the job said now belongs to administrators; only its anchor still leads here."""
    SILENT = 4
    """What the job says is kept and does not count: the cloud is master of the object (Graph: isCloudManaged)."""


class Contribution(msgspec.Struct, frozen=True):
    """What one source object says about an object."""

    job: int
    anchor: str
    precedence: int
    standing: int
    attributes: Desired
    flows: dict[str, str] = {}
    """How attributes count that are not simply said: name to `Mode`."""

    def masters(self, attribute: str) -> bool:
        """Whether nobody of lower rank has a say in an attribute."""
        mode = self.flows.get(attribute)
        return mode == Mode.NULL if mode is not None else attribute in self.attributes


_COUNTING = frozenset(map(int, (Standing.CONTACT, Standing.EDITS, Standing.PROVISIONS)))

SIGN_IN = frozenset({
    *("accountEnabled", "userPrincipalName", "lastPasswordChangeDateTime", "onPremisesDistinguishedName"),
    *("onPremisesDomainName", "onPremisesImmutableId", "onPremisesNetBiosName", "onPremisesSamAccountName"),
    *("onPremisesSecurityIdentifier", "onPremisesUserPrincipalName", extension_name("msDS-KeyCredentialLink")),
})  # fmt: skip
"""Attributes that come from the enabled account."""

MAILBOX = extension_name("msExchMailboxGuid")
"""What an object has whose mailbox is in its own forest."""

Who = tuple[int, str]
"""Job and anchor."""

Contributions = Mapping[Who, Contribution]

Claim = tuple[str, str]
"""A unique value: the kind of key and the compared form of the value."""

UPN, PROXY, ANCHOR, SID = "upn", "proxy", "anchor", "sid"

PROPERTY_OF = {
    UPN: "userPrincipalName",
    PROXY: "proxyAddresses",
    ANCHOR: "onPremisesImmutableId",
    SID: "onPremisesSecurityIdentifier",
}

KIND_OF = {property_: kind for kind, property_ in PROPERTY_OF.items()}


def merged(contributions: Iterable[Contribution]) -> Desired:
    """Per attribute the opinion of whoever comes first in its order (`ranked`); empty ones left out."""
    active = [c for c in contributions if c.standing in _COUNTING]
    if len(active) == 1 and None not in active[0].attributes.values():
        return dict(active[0].attributes)
    if any(c.flows for c in active):
        return _by_modes(active)
    together: Desired = {}
    for one in sorted(active, key=_by_account):
        together.update((n, v) for n, v in one.attributes.items() if n in SIGN_IN and n not in together)
    for one in sorted(active, key=_by_mailbox):
        for name, value in one.attributes.items():
            together.setdefault(name, value)
    return {name: value for name, value in together.items() if value is not None}


def _by_modes(active: Sequence[Contribution]) -> Desired:
    """The same where some attributes do not simply flow."""
    by_account, by_mailbox = sorted(active, key=_by_account), sorted(active, key=_by_mailbox)
    names = {name for one in active for name in one.attributes}
    found = {name: _opinion(by_account if name in SIGN_IN else by_mailbox, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


_WEAK = frozenset(map(str, (Mode.ONCE, Mode.FILL)))


def _opinion(order: Sequence[Contribution], name: str) -> Any:
    """What contributions, the first in rank first, together say of one attribute.

    One that adds is followed by the next; those that flow once, or only into nothing, are asked when nobody is left.
    """
    value: Any = None
    said = False
    for one in order:
        mode = one.flows.get(name)
        if mode == Mode.NULL or (name in one.attributes and mode not in _WEAK):
            more = None if mode == Mode.NULL else one.attributes[name]
            value = [*value, *(v for v in more or () if v not in value)] if isinstance(value, list) else more
            said = True
            if mode != Mode.ADD:
                break
    for one in order:
        mode = one.flows.get(name)
        if name in one.attributes and ((mode == Mode.ONCE and not said) or (mode == Mode.FILL and value is None)):
            return one.attributes[name]
    return value


def ranked(contributions: Iterable[Contribution], attribute: str) -> list[Contribution]:
    """Contributions that count, in the order in which they are asked about an attribute."""
    active = (c for c in contributions if c.standing in _COUNTING)
    return sorted(active, key=_by_account if attribute in SIGN_IN else _by_mailbox)


def _by_account(one: Contribution) -> tuple[Any, ...]:
    disabled = one.attributes.get("accountEnabled") is not True
    return (one.job == ADMINISTRATORS, one.standing == Standing.CONTACT, disabled, *_by_precedence(one))


def _by_mailbox(one: Contribution) -> tuple[Any, ...]:
    elsewhere = one.attributes.get(MAILBOX) is None
    return (one.job == ADMINISTRATORS, one.standing == Standing.CONTACT, elsewhere, *_by_precedence(one))


def _by_precedence(one: Contribution) -> tuple[int, int, str]:
    return one.precedence, one.job, one.anchor


def computed(
    type_: str,
    contributions: Contributions,
    before: History | None,
    domains: Domains,
    *,
    recalculate: bool = False,
) -> tuple[Desired, History | None]:
    """Properties before uniqueness, and the new history of the names."""
    properties = merged(contributions.values())
    given_nickname, given_upn = properties.get("mailNickname"), properties.get("userPrincipalName")
    history = None
    if type_ != "device":
        nickname = nickname_of(type_, properties, before)
        upn = None
        if type_ == "user":
            upn = principal_name(properties, nickname, domains, before, recalculate=recalculate)
            properties["userPrincipalName"] = upn
        if nickname:
            properties["mailNickname"] = nickname
        history = History(given_upn, upn, given_nickname, nickname)
    _fill(type_, properties, contributions)
    return properties, history


def _fill(type_: str, properties: Desired, contributions: Contributions) -> None:
    if "displayName" not in properties:
        properties["displayName"] = properties.get("mailNickname") or properties.get("mail") or f"({type_})"
    if type_ in ("user", "device"):
        properties.setdefault("accountEnabled", True)
    if type_ == "user":
        properties.setdefault("userType", "Member")
    elif type_ == "group":
        properties.setdefault("mailEnabled", "mail" in properties)
        properties.setdefault("securityEnabled", not properties["mailEnabled"])
    properties.pop(SYNCHRONISED, None)
    if any(of_premises(c) for c in contributions.values()):
        properties[SYNCHRONISED] = True
    elif any(c.standing in (Standing.DETACHED, Standing.SILENT) for c in contributions.values()):
        properties[SYNCHRONISED] = False


def of_premises(one: Contribution) -> bool:
    """Whether an object of premises speaks; people that a client uploads come from nowhere near them."""
    is_of_job = one.job != ADMINISTRATORS and one.standing == Standing.PROVISIONS
    return is_of_job and one.attributes.get(SYNCHRONISED) is not False


def is_synchronised(contributions: Contributions) -> bool:
    """Whether a job provides the object; what it says can then be changed only on premises."""
    return any(job != ADMINISTRATORS and c.standing == Standing.PROVISIONS for (job, _), c in contributions.items())


def lives(contributions: Contributions) -> bool:
    """Whether anybody still provides the object."""
    return any(c.standing == Standing.PROVISIONS for c in contributions.values())


def claim(name: str, value: Any) -> Claim:
    """The key of a unique value: names and addresses without case, identifiers exactly."""
    return (name, compare_key(value) if name in (UPN, PROXY) else value)


def claims_of(properties: Desired) -> dict[Claim, str]:
    """Every unique value of an object: its key to the value as written. Identifiers first, addresses in order."""
    found: dict[Claim, str] = {}
    for name in (ANCHOR, SID):
        value = properties.get(PROPERTY_OF[name])
        if value is not None:
            found[(name, value)] = value
    upn = properties.get("userPrincipalName")
    if upn is not None:
        found[(UPN, compare_key(upn))] = upn
    for address in properties.get("proxyAddresses") or ():
        found[(PROXY, compare_key(address))] = address
    return found


def waits_of(properties: Desired) -> set[Claim]:
    """The unique values an object wants and was refused, read from its provisioning errors."""
    errors = properties.get("onPremisesProvisioningErrors")
    return {claim(KIND_OF[e["propertyCausingError"]], e["value"]) for e in errors} if errors else set()
