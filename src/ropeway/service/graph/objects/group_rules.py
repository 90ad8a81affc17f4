"""What a group may be, as Graph has it: of security or of Microsoft 365, and how it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ropeway.service.odata.refusals import body_invalid

UNIFIED = "Unified"
LONGEST = {"displayName": 256, "mailNickname": 64}
NEVER = frozenset('@()\\[]";:.<>, ')
"""Characters that a group's mailNickname has none of."""
VISIBILITIES = ("Private", "Public", "HiddenMembership")
_KINDS = {"mailEnabled", "securityEnabled", "groupTypes"}


def is_name(name: str, value: str) -> bool:
    """Whether a group's displayName or mailNickname may be this."""
    return 0 < len(value) <= LONGEST[name] and (name != "mailNickname" or NEVER.isdisjoint(value))


def check_group(said: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """RopewayError where a group would be called, or become, what Graph does not make; `before`: {} for a new one."""
    nickname = said.get("mailNickname")
    if isinstance(nickname, str) and not is_name("mailNickname", nickname):
        raise _wrong("mailNickname")
    if said.get("visibility") not in (None, *VISIBILITIES):
        raise _wrong("visibility")
    if not _KINDS.isdisjoint(said):
        _check_kind(said, before)


def _check_kind(said: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    types: Any = said.get("groupTypes", before.get("groupTypes")) or []
    if types not in ([], [UNIFIED]):
        raise _wrong("groupTypes")
    if before and (UNIFIED in types) != (UNIFIED in (before.get("groupTypes") or ())):
        raise body_invalid("groupTypes", "A group stays of the type as which it was made.")
    has_mail, is_secure = (said.get(name, before.get(name)) for name in ("mailEnabled", "securityEnabled"))
    if types and has_mail is False:
        raise _wrong("mailEnabled")
    becomes = (said.get("mailEnabled") is True and before.get("mailEnabled") is not True) or is_secure is False
    if not types and becomes and not (before and before.get("mailEnabled") is True):
        raise body_invalid(
            "mailEnabled",
            "The service does not currently support writes of mail-enabled groups. Please ensure that the "
            "mail-enablement property is unset and the security-enablement property is set.",
        )


def _wrong(name: str) -> Exception:
    return body_invalid(name, f"Invalid value specified for property '{name}' of resource 'Group'.")
