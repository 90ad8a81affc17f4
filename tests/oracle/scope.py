"""Which objects are synchronized (entra.md 1.6, "Default rules and what they exclude"; 1.8, "Filtering")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.oracle.listing import Listing, Record

TYPES = {"user": "user", "inetOrgPerson": "user", "group": "group", "contact": "contact", "computer": "device"}
NO_PEOPLE = 0x21C07000
ROLE_GROUP = 0x40000000
BUILT_IN = 1
SECURITY = 0x80000000


@dataclass(frozen=True)
class Scope:
    """What an administrator chose, by GUID; nothing means everything."""

    containers: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    nested: bool = False


def in_scope(listing: Listing, scope: Scope) -> Iterable[Record]:
    """The objects that shall be in the directory."""
    let_in = _members(listing, scope) if scope.groups else listing.records.keys()
    for record in listing.records.values():
        if record.kind in TYPES and record.guid in let_in and _covered(listing, record, scope) and not excluded(record):
            yield record


def _covered(listing: Listing, record: Record, scope: Scope) -> bool:
    """Below a chosen container, with no excluded one nearer."""
    for container in listing.above(record):
        if container.guid in scope.excluded:
            return False
        if container.guid in scope.containers:
            return True
    return not scope.containers


def _members(listing: Listing, scope: Scope) -> set[str]:
    """The groups themselves and their members; members of members where nested."""
    found = set(scope.groups)
    open_ = list(scope.groups)
    while open_:
        group = listing.records.get(open_.pop())
        for dn in group.all("member") if group else ():
            member = listing.named(dn)
            if member is not None and member.guid not in found:
                found.add(member.guid)
                if scope.nested and member.kind == "group":
                    open_.append(member.guid)
    return found


def excluded(record: Record) -> bool:
    """Whether the rules keep it out wherever it is."""
    if "\\0ACNF:" in record.dn.partition(",")[0]:
        return True
    match TYPES[record.kind]:
        case "user":
            return _critical(record) or _no_person(record)
        case "group":
            return _critical(record) or _no_group(record)
        case "contact":
            return _critical(record) or _no_contact(record)
        case _:
            return "usercertificate" not in record.values


def _critical(record: Record) -> bool:
    return record.one("isCriticalSystemObject") is not None


def _no_person(record: Record) -> bool:
    account, nickname = record.one("sAMAccountName") or "", record.one("mailNickname") or ""
    kind = record.number("msExchRecipientTypeDetails")
    return (
        not account
        or record.one("userAccountControl") is None
        or account.lower().startswith(("aad_", "msol_"))
        or account.lower() in ("support_388945a0", "krbtgt", "guest")
        or nickname.lower().startswith("systemmailbox{")
        or any(name.startswith("CAS_") and "}" in name for name in (account, nickname))
        or kind & NO_PEOPLE != 0
        or kind == 2
    )


def _no_group(record: Record) -> bool:
    kind = record.number("groupType")
    return (
        kind & BUILT_IN != 0
        or record.one("sAMAccountName") == "MSOL_AD_Sync_RichCoexistence"
        or record.number("msExchRecipientTypeDetails") & ROLE_GROUP != 0
        or (kind & SECURITY == 0 and not mail_enabled(record))
    )


def _no_contact(record: Record) -> bool:
    addressed = any(a.startswith("SMTP:") and "@" in a for a in record.all("proxyAddresses"))
    return not (addressed or "@" in (record.one("mail") or "")) or (
        "(MSOL)" in (record.one("displayName") or "") and record.one("msExchHideFromAddressLists") == "TRUE"
    )


def mail_enabled(record: Record) -> bool:
    """Of a group: an smtp address, or, where there are no addresses at all, a mail address."""
    addresses = record.all("proxyAddresses")
    if addresses:
        return any(a.lower().startswith("smtp:") for a in addresses)
    return bool(record.one("mail"))
