"""Whether an application may have what it asks for: granted before, or consented to now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from ropeway.model.permissions import BY_ANYBODY, COMMAND_LINE, GLOBAL, SCOPES
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.pages.showing import Here
from ropeway.service.identity.pages.visit import Visit
from ropeway.service.identity.scopes import DEFAULT, Scopes
from ropeway.store import applications, roles
from ropeway.store.applications import EVERYBODY, Application

VERBS = {"Read": "Read", "ReadBasic": "Read the basic profiles of", "ReadWrite": "Read and change"}
NOUNS = {
    "Application": "all applications",
    "AuditLog": "the audit and sign-in logs",
    "Device": "all devices",
    "Directory": "the whole directory",
    "Domain": "the domains",
    "Group": "all groups",
    "GroupMember": "the members of all groups",
    "Organization": "what is said of the organization",
    "OrgContact": "all contacts",
    "ProvisioningLog": "the provisioning log",
    "RoleManagement": "who has which directory role",
    "Synchronization": "the synchronization jobs",
    "User": "all users",
}
MEANINGS = {
    "Directory.AccessAsUser.All": "Do whatever you may do yourself",
    "User.Read": "Sign you in and read your profile",
    "User.ReadWrite": "Read and change your profile",
}


def consent(visit: Visit, app: Application, scopes: Scopes, found: Here, prompt: str) -> Response | None:
    """None when it may, else the page that asks; Refusal 65004 for a no, 65001 for what cannot be asked."""
    server, person = visit.server, found.person
    with server.database.read() as c:
        has = set(applications.permissions(c, app, person.id))
        is_administrator = GLOBAL in roles.of(c, server.tenant, person.id)
    wanted, answer = wanted_of(scopes), visit.form.get("answer") if visit.step == "answer" else None
    everybody = is_administrator and answer == "accept" and visit.form.get("everybody") == "yes"
    if answer == "cancel":
        raise Refusal(65004)
    if DEFAULT in scopes.names and not has:
        raise Refusal(65001, f"{app.name} ({app.app_id})")
    asks_anew = prompt in ("consent", "admin_consent") and answer is None
    missing = wanted if asks_anew or everybody else wanted - has
    if not missing:
        return None
    may = is_administrator or missing <= BY_ANYBODY
    if answer == "accept" and may:
        allow(visit, app, missing, found, EVERYBODY if everybody else person.id)
        return None
    if prompt == "none":
        raise Refusal(65001, f"{app.name} ({app.app_id})")
    return ask(visit, app, sorted(missing), found, may=may, is_administrator=is_administrator)


def allow(visit: Visit, app: Application, wanted: set[str], found: Here, whom: str, alone: Sequence[str] = ()) -> None:
    """Keep a consent, and put it on record; Refusal 65001 for an application that is in no table."""
    if app.id == COMMAND_LINE:
        raise Refusal(65001, app.name)
    with visit.server.database.write() as c:
        applications.allow(c, app, wanted, visit.server.issuer.clock(), whom)
        applications.allow(c, app, alone, visit.server.issuer.clock())
    told: dict[str, Any] = {
        "permissions": sorted(wanted),
        "for": "everybody" if whom == EVERYBODY else found.person.upn,
    }
    told |= {"by_itself": list(alone)} if alone else {}
    visit.act("consent", app.name, found.person, told)


def ask(
    visit: Visit,
    app: Application,
    missing: list[str],
    found: Here,
    *,
    may: bool,
    is_administrator: bool,
    for_everybody: bool = False,
    alone: Sequence[str] = (),
) -> Response:
    """The page that asks, or says that an administrator has to; `for_everybody`: nobody consents for one person.

    `alone`: what it shall do by itself.
    """
    shown = [(name, MEANINGS.get(name, _words(name))) for name in missing]
    shown += [(name, f"{_words(name)}, by itself, without anybody who signed in") for name in alone]
    told: dict[str, Any] = {"step": "answer", "account": found.account.id, "upn": found.person.upn, "wanted": shown}
    if not may:
        return visit.show(
            "needs_administrator",
            "An administrator has to consent",
            app_id=app.app_id,
            consent_at=visit.consent_at,
            **told,
        )
    told |= {"is_administrator": is_administrator, "for_everybody": for_everybody, "alone": bool(alone)}
    return visit.show("consent", "Permissions requested", **told)


def wanted_of(scopes: Scopes) -> set[str]:
    """The permissions that a scope names; Refusal 70011 for one that there is not."""
    by_name = {name.lower(): name for name in SCOPES}
    wanted = {by_name.get(name.lower(), "") for name in scopes.names - {DEFAULT}}
    if "" in wanted:
        raise Refusal(70011, " ".join(scopes.words))
    return wanted


def _words(name: str) -> str:
    """`Group.ReadWrite.All` as people say it."""
    what, _, how = name.partition(".")
    verb = VERBS.get(how.partition(".")[0])
    return f"{verb} {NOUNS[what]}" if verb and what in NOUNS else f"Use {name}"
