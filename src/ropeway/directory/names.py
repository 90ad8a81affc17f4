"""User principal names and mail nicknames (plan-connect-userprincipalname): pure rules with a memory of one row."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from typing import Any

import msgspec

from ropeway.model.changes import Desired
from ropeway.model.values import compare_key

_NOT_IN_NICKNAME = re.compile(r"[@()\\\[\]\";:<>,\s\x00-\x1f\x7f]")
_LOCAL_PART = re.compile(r"[A-Za-z0-9'.\-_!#^~]{1,64}")
_NOT_IN_LOCAL_PART = re.compile(r"[^A-Za-z0-9'.\-_!#^~]")


class Domains(msgspec.Struct, frozen=True):
    """The tenant's domains as far as names depend on them."""

    initial: str
    """Every rewritten name ends in it."""
    verified: frozenset[str]
    """Compare keys, the initial domain among them."""


class History(msgspec.Struct, frozen=True, array_like=True):
    """What names were made from, since they change only when their origin does."""

    contributed_upn: str | None = None
    upn: str | None = None
    """As calculated, before uniqueness."""
    contributed_nickname: str | None = None
    nickname: str | None = None


def usable(upn: str, domains: Domains) -> bool:
    """Whether the cloud takes this name as it is: a verified suffix and allowed characters only."""
    local, at, suffix = upn.rpartition("@")
    return bool(at) and _LOCAL_PART.fullmatch(local) is not None and compare_key(suffix) in domains.verified


def primary_smtp(attributes: Desired) -> str | None:
    """The address after `SMTP:` in capitals, or None."""
    return next((a[5:] for a in attributes.get("proxyAddresses") or () if a.startswith("SMTP:")), None)


def _prefix(address: Any) -> str:
    return _NOT_IN_NICKNAME.sub("", address.partition("@")[0])[:64] if address else ""


def _derived_nickname(type_: str, attributes: Desired) -> str | None:
    secondary = next((a[5:] for a in attributes.get("proxyAddresses") or () if a.startswith("smtp:")), None)
    addresses = (primary_smtp(attributes), attributes.get("mail"), attributes.get("userPrincipalName"), secondary)
    found = next((prefix for prefix in map(_prefix, addresses) if prefix), None)
    if found is None and type_ == "group":
        name = attributes.get("displayName") or ""
        return _NOT_IN_NICKNAME.sub("", name)[:64] or f"group-{_short(name)}"
    return found


def _short(text: str) -> str:
    return blake2b(text.encode(), digest_size=4).hexdigest()


def nickname_of(type_: str, attributes: Desired, before: History | None) -> str | None:
    """The mail nickname: derived at first, changed later only by a changed nickname on premises."""
    given = attributes.get("mailNickname")
    if given and (before is None or given != before.contributed_nickname):
        return given
    if before is not None and before.nickname:
        return before.nickname
    return _derived_nickname(type_, attributes)


def local_part(nickname: str | None, origin: str) -> str:
    """A nickname as the first half of a UPN: accents dropped; a name in another script becomes `user-` and 8 digits."""
    plain = unicodedata.normalize("NFKD", nickname or "").encode("ascii", "ignore").decode()
    return _NOT_IN_LOCAL_PART.sub("", plain)[:64] or f"user-{_short(origin)}"


def principal_name(
    attributes: Desired, nickname: str | None, domains: Domains, before: History | None, *, recalculate: bool = False
) -> str:
    """The cloud UPN before uniqueness; recalculated when the contributed one changed, or when told to."""
    given = attributes.get("userPrincipalName")
    if before is not None and before.upn and not recalculate and given == before.contributed_upn:
        return before.upn
    if given and usable(given, domains):
        return given
    origin = given or attributes.get("onPremisesSamAccountName") or attributes.get("displayName") or ""
    return f"{local_part(nickname, origin)}@{domains.initial}"


def placeholder(upn: str, seed: str, attempt: int, domains: Domains) -> str:
    """What a user is called while another holds the name: `<prefix>+<4 digits>@<initial domain>`."""
    digits = (int.from_bytes(blake2b(f"{seed}\0{upn}".encode(), digest_size=4).digest()) + attempt) % 10000
    return f"{upn.partition('@')[0]}+{digits:04}@{domains.initial}"
