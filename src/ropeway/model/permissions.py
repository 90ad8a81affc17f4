"""Which permissions and directory roles open which routes: one table, and whatever is not in it is closed.

Permissions have Graph's names (learn.microsoft.com/graph/permissions-reference). An application that acts by itself
needs one of them as an app role; one that acts for a person needs it as a scope, and the person a directory role. What
is a person's own needs no role, and a permission for one's own things is enough.

Rules belong to routes, not to the paths of requests: however a path is written, the route that answers it decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

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

PRIVILEGED = frozenset({GLOBAL, HYBRID})
"""Roles of people whom only a Global Administrator may disable, delete, rename, or give a password."""

Access = Literal["read", "write"]
Reach = Literal["all", "own", "basic"]
"""How much a caller may: everything of a route, what is the person's own, or everybody's basic profile."""

BASIC: tuple[str, ...] = ("id", "displayName", "givenName", "surname", "mail", "userPrincipalName")
"""What `User.ReadBasic.All` shows of people."""

OWN: frozenset[str] = frozenset({"businessPhones", "mobilePhone", "preferredLanguage"})
"""What people may change of themselves."""


@dataclass(frozen=True, slots=True)
class Power:
    """What a token lets its bearer do."""

    permissions: frozenset[str]
    """App roles, or scopes where an application acts for a person."""
    roles: frozenset[str] | None
    """The person's directory roles; None where an application acts by itself."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may read and write at a path."""

    written: str
    """The path as people write it, after the version: `*` is any id, `/**` means: and below."""
    method: str
    """The one method it is about; empty: each."""
    read: frozenset[str] = frozenset()
    write: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    """Directory roles of people, beside the Global Administrator."""
    writers: frozenset[str] = frozenset()
    own_read: frozenset[str] = frozenset()
    """What is enough for a person's own; `*`: whatever may read, without a role."""
    own_write: frozenset[str] = frozenset()
    basic: frozenset[str] = frozenset()
    """What is enough for the basic profile."""
    people_alone: bool = False
    """Whether no application may by itself, whatever it was granted."""
    is_open: bool = False
    """Whether everybody with a good token may: what it leads to is checked by itself."""

    def permissions(self, access: Access) -> frozenset[str]:
        """Those of which one is enough; what may write may read."""
        return self.write if access == "write" else self.read | self.write

    def roles(self, access: Access) -> frozenset[str]:
        """Directory roles of which a person needs one."""
        return self.writers | {GLOBAL} if access == "write" else self.readers | self.writers | {GLOBAL}

    def own(self, access: Access) -> frozenset[str]:
        """Those of which one is enough for a person's own."""
        if access == "write":
            return self.own_write
        named = self.own_read | self.own_write
        return (named - {"*"}) | self.permissions("read") if "*" in named else named


_NAMES = {"hybrid": HYBRID, "users": USERS, "reports": REPORTS}


def _rule(path: str, read: str = "", write: str = "", readers: str = "", writers: str = "", **more: str | bool) -> Rule:
    method, _, written = path.rpartition(" ")
    people = [frozenset(_NAMES[name] for name in said.split()) for said in (readers, writers)]
    told = {name: frozenset(value.split()) if isinstance(value, str) else value for name, value in more.items()}
    return Rule(written, method, frozenset(read.split()), frozenset(write.split()), *people, **told)  # pyright: ignore[reportArgumentType] - by name


_ALL = "Directory.Read.All"
_EVERY = "Directory.ReadWrite.All"
_USER, _USERS_ALL = f"User.Read.All {_ALL}", f"User.ReadWrite.All {_EVERY}"
_GROUP, _GROUPS_ALL = f"Group.Read.All {_ALL}", f"Group.ReadWrite.All {_EVERY}"
_SYNC = ("Synchronization.Read.All", "Synchronization.ReadWrite.All", "", "hybrid")
_APPS = (f"Application.Read.All {_ALL}", "Application.ReadWrite.All", "hybrid reports users")
_ASSIGNED = (f"{_APPS[0]} {_APPS[1]}", "AppRoleAssignment.ReadWrite.All", "hybrid reports users")
_CONSENTS = (
    f"DelegatedPermissionGrant.Read.All {_ALL}",
    "DelegatedPermissionGrant.ReadWrite.All",
    "hybrid reports users",
)
_PROFILES = ("", "OnPremisesPublishingProfiles.ReadWrite.All", "", "hybrid")
_ON_PREMISES = ("OnPremDirectorySynchronization.Read.All", "OnPremDirectorySynchronization.ReadWrite.All", "", "hybrid")
_ROLES = (f"RoleManagement.Read.Directory {_ALL}", "RoleManagement.ReadWrite.Directory", "hybrid reports users")
_PEOPLE = ("hybrid reports", "users")
_OWN = "* User.Read User.ReadWrite"
AS_THE_PERSON = "Directory.AccessAsUser.All"
"""What the command line asks for: whatever the person's directory roles open, and nothing for an application alone."""


COMMAND_LINE = "b8a9d2f4-6c1e-4f37-9d05-2e7c41f0a3d6"
"""The appId of `ropeway` itself, the same in every tenant."""


def _of_ropeway(path: str, readers: str, writers: str) -> Rule:
    return _rule(path, AS_THE_PERSON, AS_THE_PERSON, readers, writers, people_alone=True)


RULES: tuple[Rule, ...] = (
    _rule("$batch", is_open=True),
    _rule("servicePrincipals/*/synchronization/jobs/*/bulkUpload", "", f"SynchronizationData-User.Upload {_SYNC[1]}",
          "", "hybrid"),
    _rule("servicePrincipals/*/synchronization/**", *_SYNC),
    _rule("applications/*/synchronization/**", *_SYNC),
    _rule("servicePrincipals/*/appRoleAssignments/**", *_ASSIGNED),
    _rule("servicePrincipals/*/appRoleAssignedTo/**", *_ASSIGNED),
    _rule("servicePrincipals/*/oauth2PermissionGrants", *_CONSENTS),
    _rule("oauth2PermissionGrants/**", *_CONSENTS),
    _rule("servicePrincipals/**", *_APPS),
    _rule("applications/**", *_APPS),
    _rule("auditLogs/provisioning/**", "AuditLog.Read.All ProvisioningLog.Read.All", "", "hybrid reports"),
    _rule("auditLogs/**", "AuditLog.Read.All", "", "reports"),
    _rule("onPremisesPublishingProfiles/**", *_PROFILES),
    _rule("GET users", _USER, _USERS_ALL, *_PEOPLE, basic="User.ReadBasic.All"),
    _rule("GET users/*", _USER, _USERS_ALL, *_PEOPLE, own_read=_OWN, basic="User.ReadBasic.All"),
    _rule("PATCH users/*", _USER, _USERS_ALL, *_PEOPLE, own_write="User.ReadWrite"),
    _rule("DELETE users/*", "", "User.ReadWrite.All", "", "users"),  # Directory.ReadWrite.All deletes neither these
    _rule("users/*/manager/**", _USER, _USERS_ALL, *_PEOPLE, own_read="*"),
    _rule("users/*/directReports/**", _USER, _USERS_ALL, *_PEOPLE, own_read="*"),
    _rule("users/*/revokeSignInSessions", "", f"User.RevokeSessions.All {_USERS_ALL}", *_PEOPLE,
          own_write="User.ReadWrite User.RevokeSessions.All"),
    _rule("users/*/onPremisesSyncBehavior", "", "User-OnPremisesSyncBehavior.ReadWrite.All", "", "hybrid"),
    _rule("groups/*/onPremisesSyncBehavior", "", "Group-OnPremisesSyncBehavior.ReadWrite.All", "", "hybrid"),
    _rule("contacts/*/onPremisesSyncBehavior", "", "Contacts-OnPremisesSyncBehavior.ReadWrite.All", "", "hybrid"),
    _rule("users/*/changePassword", own_write="User.ReadWrite Directory.AccessAsUser.All"),
    _rule("users/*/**", _USER, _USERS_ALL, *_PEOPLE, own_read=_OWN),
    _rule("users/**", _USER, _USERS_ALL, *_PEOPLE),
    _rule("groups/*/members/**", f"GroupMember.Read.All {_GROUP}", f"GroupMember.ReadWrite.All {_GROUPS_ALL}",
          *_PEOPLE),
    _rule("GET groups", f"GroupMember.Read.All GroupMember.ReadWrite.All {_GROUP}", _GROUPS_ALL, *_PEOPLE),
    _rule("GET groups/*", f"GroupMember.Read.All GroupMember.ReadWrite.All {_GROUP}", _GROUPS_ALL, *_PEOPLE),
    _rule("PATCH groups/*", "", f"GroupMember.ReadWrite.All {_GROUPS_ALL}", "", "users"),  # the first: members alone
    _rule("DELETE groups/*", "", "Group.ReadWrite.All", "", "users"),  # nor these (Graph's permissions reference)
    _rule("groups/**", _GROUP, _GROUPS_ALL, *_PEOPLE),
    _rule("contacts/**", f"OrgContact.Read.All {_ALL}", _EVERY, *_PEOPLE),
    _rule("devices/**", f"Device.Read.All {_ALL}", f"Device.ReadWrite.All {_EVERY}", *_PEOPLE),
    _rule("domains/**", f"Domain.Read.All {_ALL}", f"Domain.ReadWrite.All {_EVERY}", "reports users", "hybrid"),
    _rule("organization/**", f"Organization.Read.All {_ALL}", "Organization.ReadWrite.All", "reports users", "hybrid"),
    _rule("subscribedSkus/**", f"Organization.Read.All {_ALL}", f"Organization.ReadWrite.All {_EVERY}",
          "hybrid reports users"),
    _rule("directoryObjects/validateProperties", _GROUP, "", *_PEOPLE),
    _rule("directoryObjects/**", _ALL, _EVERY, *_PEOPLE),
    _rule("directory/onPremisesSynchronization/**", *_ON_PREMISES),
    _rule("directory/deletedItems/**", f"User.Read.All Group.Read.All Device.Read.All OrgContact.Read.All {_ALL}",
          f"User.ReadWrite.All Group.ReadWrite.All Device.ReadWrite.All {_EVERY}", *_PEOPLE),
    _rule("directoryRoles/**", *_ROLES),
    _rule("directoryRoleTemplates/**", *_ROLES),
    _rule("roleManagement/directory/**", *_ROLES),
    _of_ropeway("ropeway/roles/**", "hybrid reports users", ""),
    _of_ropeway("ropeway/applications/**", "hybrid reports users", ""),
    _of_ropeway("ropeway/directory/**", "hybrid reports", "users"),
    _of_ropeway("ropeway/errands/**", "hybrid reports users", ""),
    _of_ropeway("ropeway/explain", "hybrid reports users", ""),
    _of_ropeway("ropeway/**", "", "hybrid"),
    _of_ropeway("/login/tokens/**", "", ""),
)  # fmt: skip
"""The first that fits counts. `/me` is `/users/*` of the person who asks."""

KNOWN: frozenset[str] = frozenset(
    name for rule in RULES if not rule.people_alone for name in rule.read | rule.write | rule.basic
)
"""Every permission that an application may be granted."""

SCOPES: frozenset[str] = (
    KNOWN
    | frozenset(name for rule in RULES for name in rule.own_read | rule.own_write if name != "*")
    | {AS_THE_PERSON}
)
"""Every permission that an application may have for a person."""

BY_ANYBODY: frozenset[str] = frozenset({"User.Read"})
"""What people may consent to themselves: it concerns nobody else."""


def rule_of(route: str, method: str) -> Rule | None:
    """The rule of a route, `/v1.0/users/{id}`, and a method; None where there is none."""
    parts = route.lower().split("/")
    if len(parts) < 3 or parts[0]:
        return None
    if parts[1] in ("v1.0", "beta"):
        segments = ["users", "{id}", *parts[3:]] if parts[2] == "me" else parts[2:]
    else:
        segments = parts
    return next((rule for rule in RULES if rule.method in ("", method) and _fits(rule.written, segments)), None)


def _fits(written: str, segments: list[str]) -> bool:
    wanted = written.lower().split("/")
    if wanted[-1] == "**":
        wanted.pop()
        segments = segments[: len(wanted)]
    return len(segments) == len(wanted) and all(
        w == s or (w == "*" and s.startswith("{")) for w, s in zip(wanted, segments, strict=True)
    )


def opens(rule: Rule, access: Access, power: Power) -> bool:
    """Whether a permission is enough, whatever roles are: one of the rule's, or that of acting as the person."""
    wanted = rule.permissions(access)
    as_person = power.roles is not None and AS_THE_PERSON in power.permissions
    return bool(wanted) and (as_person or not wanted.isdisjoint(power.permissions))


def reach(rule: Rule | None, access: Access, power: Power, *, own: bool = False) -> Reach | None:
    """How much of it somebody may; None: nothing. `own`: it is about the person who asks."""
    if rule is None or rule.is_open:
        return None if rule is None else "all"
    has, roles = power.permissions, power.roles
    if rule.people_alone and roles is None:
        return None
    if opens(rule, access, power) and (roles is None or roles & rule.roles(access)):
        return "all"
    if own and roles is not None and has & rule.own(access):
        return "own"
    return "basic" if access == "read" and has & rule.basic else None


def table() -> str:
    """The rules as lines of a table, for docs/permissions.md."""
    return "".join(f"| {' | '.join(row)} |\n" for row in map(_row, RULES))


def _row(rule: Rule) -> tuple[str, ...]:
    path = f"`{' '.join(filter(None, (rule.method, rule.written)))}`"
    if rule.is_open:
        return path, "everybody", "everybody", "", "", ""
    own = [f"read: {_names(rule.own_read - {'*'}) or 'as the row'}"] if rule.own_read else []
    own += [f"write: {_names(rule.own_write)}"] if rule.own_write else []
    own += [f"basic profile: {_names(rule.basic)}"] if rule.basic else []
    roles = [", ".join(sorted(names)) for names in (rule.readers, rule.writers)]
    return path, _names(rule.read), _names(rule.write) or "nobody", *roles, "; ".join(own)


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
