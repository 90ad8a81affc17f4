"""Which permissions and directory roles open which routes: one table, and whatever is not in it is closed.

Permissions have Graph's names (learn.microsoft.com/graph/permissions-reference). An application that acts by itself
needs one of them as an app role; one that acts for a person needs it as a scope, and the person a directory role.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

GLOBAL = "Global Administrator"
HYBRID = "Hybrid Identity Administrator"
USERS = "User Administrator"
REPORTS = "Reports Reader"

ROLES: dict[str, str] = {
    GLOBAL: "62e90394-69f5-4237-9190-012177145e10",
    HYBRID: "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2",
    USERS: "fe930be7-5e62-47db-91af-98c3a49a38b1",
    REPORTS: "4a5d8f65-41da-4de4-8968-e035b65339cf",
}
"""Directory roles by name, with their template ids, which tokens carry as `wids`."""

Access = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may read and write below a path."""

    written: str
    """The path as people write it."""
    path: tuple[str, ...]
    """Segments after the version; `*` is any one."""
    read: frozenset[str]
    write: frozenset[str]
    readers: frozenset[str] = frozenset()
    """Directory roles of people, beside the Global Administrator."""
    writers: frozenset[str] = frozenset()

    def permissions(self, access: Access) -> frozenset[str]:
        """Those of which one is enough; what may write may read."""
        return self.write if access == "write" else self.read | self.write

    def roles(self, access: Access) -> frozenset[str]:
        """Directory roles of which a person needs one."""
        return self.writers | {GLOBAL} if access == "write" else self.readers | self.writers | {GLOBAL}


def _rule(path: str, read: str, write: str = "", readers: str = "", writers: str = "") -> Rule:
    r, w = frozenset(read.split()), frozenset(write.split())
    names = {"hybrid": HYBRID, "users": USERS, "reports": REPORTS}
    people = [frozenset(names[n] for n in said.split()) for said in (readers, writers)]
    return Rule(path, tuple(path.lower().split("/")), r, w, people[0], people[1])


_ALL = "Directory.Read.All"
_EVERY = "Directory.ReadWrite.All"
RULES: tuple[Rule, ...] = (
    _rule(
        "servicePrincipals/*/synchronization",
        "Synchronization.Read.All",
        "Synchronization.ReadWrite.All",
        writers="hybrid",
    ),
    _rule("servicePrincipals", f"Application.Read.All {_ALL}", "Application.ReadWrite.All", "hybrid reports users"),
    _rule("applications", f"Application.Read.All {_ALL}", "Application.ReadWrite.All", "hybrid reports users"),
    _rule("auditLogs/provisioning", "AuditLog.Read.All ProvisioningLog.Read.All", "", "hybrid reports"),
    _rule("auditLogs", "AuditLog.Read.All", "", "reports"),
    _rule(
        "onPremisesPublishingProfiles",
        "OnPremisesPublishingProfiles.ReadWrite.All",
        "OnPremisesPublishingProfiles.ReadWrite.All",
        writers="hybrid",
    ),
    _rule("users", f"User.Read.All {_ALL}", f"User.ReadWrite.All {_EVERY}", "hybrid reports", "users"),
    _rule("groups", f"Group.Read.All {_ALL}", f"Group.ReadWrite.All {_EVERY}", "hybrid reports", "users"),
    _rule("contacts", f"OrgContact.Read.All {_ALL}", _EVERY, "hybrid reports", "users"),
    _rule("devices", f"Device.Read.All {_ALL}", f"Device.ReadWrite.All {_EVERY}", "hybrid reports", "users"),
    _rule("domains", f"Domain.Read.All {_ALL}", f"Domain.ReadWrite.All {_EVERY}", "reports users", "hybrid"),
    _rule("organization", f"Organization.Read.All {_ALL}", "Organization.ReadWrite.All", "reports users", "hybrid"),
    _rule("directoryObjects", _ALL, _EVERY, "hybrid reports", "users"),
    _rule(
        "directory/onPremisesSynchronization",
        "OnPremDirectorySynchronization.Read.All",
        "OnPremDirectorySynchronization.ReadWrite.All",
        writers="hybrid",
    ),
    _rule("directory/deletedItems", _ALL, _EVERY, "hybrid reports", "users"),
    _rule(
        "directoryRoles",
        f"RoleManagement.Read.Directory {_ALL}",
        "RoleManagement.ReadWrite.Directory",
        "hybrid reports users",
    ),
)
"""The first that fits counts."""

KNOWN: frozenset[str] = frozenset(name for rule in RULES for name in rule.read | rule.write)
"""Every permission that an application may be granted."""


def rule_of(path: str, raw: bytes) -> Rule | None:
    """The rule of a path as it was sent and as it was decoded; None where they differ or there is none."""
    plain = [part.lower() for part in path.split("/")]
    sent = [unquote(part).lower() for part in raw.partition(b"?")[0].decode("ascii", "replace").split("/")]
    found = _match(plain)
    return found if found is _match(sent) else None


def _match(parts: list[str]) -> Rule | None:
    if len(parts) < 3 or parts[0] or parts[1] not in ("v1.0", "beta"):
        return None
    return next((rule for rule in RULES if _fits(rule.path, parts[2:])), None)


def _fits(wanted: tuple[str, ...], parts: list[str]) -> bool:
    head = [part.partition("(")[0] for part in parts[: len(wanted)]]
    return len(head) == len(wanted) and all(w in ("*", p) for w, p in zip(wanted, head, strict=True))


def access_of(method: str) -> Access:
    """What a request does to what it names."""
    return "read" if method in ("GET", "HEAD", "OPTIONS") else "write"


def may(rule: Rule | None, access: Access, *, has: Iterable[str], roles: Iterable[str] | None) -> bool:
    """Whether permissions open it; `roles` are a person's directory roles, None where an application acts by itself."""
    if rule is None or rule.permissions(access).isdisjoint(has):
        return False
    return roles is None or not rule.roles(access).isdisjoint(roles)


def table() -> str:
    """The rules as lines of a table, for docs/sign-in.md."""
    lines = [
        f"| `{rule.written}` | {_names(rule.permissions('read'))} | {_names(rule.permissions('write')) or 'nobody'} |"
        for rule in RULES
    ]
    return "\n".join(lines) + "\n"


def _names(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
