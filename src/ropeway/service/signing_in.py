"""Login links and what they are exchanged for: an administrator's token."""

from __future__ import annotations

from datetime import UTC, datetime

from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.service.links import Link, written
from ropeway.store import processes, tokens
from ropeway.store.database import Database
from ropeway.store.tenants import HOME
from ropeway.store.tokens import Fate, TokenRow

LINK_LIFETIME = 86400.0
"""Seconds in which a login link can be used, once."""

LIFETIME = 30 * 86400.0
"""Seconds that an administrator's token is good for."""

FIRST = "administrator"
"""The name that the first link signs in."""


def first_link(database: Database, tenant: int, place: Link, now: float) -> Secret[str] | None:
    """A link where nobody could get in otherwise: nobody is signed in, and no link waits to be used."""
    with database.write() as c:
        tokens.sweep(c, now)
        if any(tokens.good(c, tenant, kind, now) for kind in ("administrator", "login-link")):
            return None
        token = tokens.issue(c, tenant, "login-link", FIRST, now=now, lifetime=LINK_LIFETIME)
    return written(place._replace(token=token))


def new_link(database: Database, tenant: int, name: str, now: float, url: str = "") -> Secret[str]:
    """A link for somebody, to the service that runs on this state, or at `url`."""
    with database.write() as c:
        running = processes.alive(c, HOME, "service", now)
        found = next((p for p in running if url in ("", p.url)), running[0] if running else None)
        if found is None and not url:
            place = database.url.removeprefix("sqlite:///") if database.is_sqlite else "this database"
            raise RopewayError(Problem("service-address-unknown", object=place))
        token = tokens.issue(c, tenant, "login-link", name, now=now, lifetime=LINK_LIFETIME)
    return written(Link(url or (found.url if found else ""), token, found.authority if found else ""))


def redeem(database: Database, tenant: int, text: str, now: float) -> tuple[Secret[str], TokenRow]:
    """A link's token for an administrator's; RopewayError `login-link-refused` says why not."""
    with database.write() as c:
        whose = tokens.tenant_of(c, text)
        link = tokens.use(c, text, "login-link", now) if whose == tenant else None
        if link is not None:
            token = tokens.issue(c, tenant, "administrator", link.subject, now=now, lifetime=LIFETIME)
            row = tokens.find(c, token.reveal(), ("administrator",), now)
            assert row is not None
            return token, row
        fate = tokens.fate(c, text) if whose == tenant else None
    raise RopewayError(Problem("login-link-refused", details={"reason": _reason(fate)}))


def _reason(fate: Fate | None) -> str:
    match fate:
        case Fate(TokenRow(kind="login-link", expires=expires), None):
            return f"It expired {_time(expires)}"
        case Fate(TokenRow(kind="login-link"), float(used)):
            return f"It was used {_time(used)}; if that was not you, see who is signed in with `ropeway login list`"
        case _:
            return "This service did not make it, or has forgotten it: a link works once, within 24 hours"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
