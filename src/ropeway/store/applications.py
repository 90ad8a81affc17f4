"""Applications: who they are, what they show, and what they may do."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, bindparam, delete, or_, select, update

from ropeway.model.permissions import AS_THE_PERSON, COMMAND_LINE
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.secret import Secret
from ropeway.store.identity_tables import application, credential, given, grant

BY_ITSELF, EVERYBODY = "", "*"
"""For whom a permission is granted, where it is no single person."""


_BY_APP_ID = select(application).where(
    application.c.tenant == bindparam("b_tenant"), application.c.app_id == bindparam("b_app_id")
)
_PERMISSIONS = (
    select(grant.c.permission)
    .where(grant.c.application == bindparam("b_application"))
    .where(or_(grant.c.person == bindparam("b_person"), grant.c.person == bindparam("b_also")))
    .distinct()
    .order_by(grant.c.permission)
)


class Application(NamedTuple):
    """An application and its service principal."""

    id: str
    tenant: int
    app_id: str
    principal: str
    name: str
    public: bool
    enabled: bool
    redirects: tuple[str, ...]
    created: float
    required: tuple[str, ...] = ()
    """What administrators are asked to consent to: `Role NAME`, by itself, or `Scope NAME`, for people."""

    def requires(self, kind: str) -> tuple[str, ...]:
        """The names of one kind, `Role` or `Scope`."""
        return tuple(name for said, _, name in (one.partition(" ") for one in self.required) if said == kind)


class Credential(NamedTuple):
    """What an application shows; `certificate` is empty for a secret."""

    id: str
    kind: str
    name: str
    digest: str
    hint: str
    certificate: str
    created: float
    expires: float


def create(
    c: Connection, tenant: int, name: str, now: float, *, public: bool = False, redirects: Iterable[str] = ()
) -> Application:
    """A new one; RopewayError `application-name-taken`."""
    if c.scalar(select(application.c.id).where(application.c.tenant == tenant, application.c.name == name)):
        raise RopewayError(Problem("application-name-taken", value=shown(name)))
    ids = [str(uuid4()) for _ in range(3)]
    made = Application(ids[0], tenant, ids[1], ids[2], name, public, True, tuple(redirects), now)
    c.execute(application.insert().values(made._asdict() | _lists(made)))
    return made


def every(c: Connection, tenant: int) -> list[Application]:
    """All of a tenant, by name."""
    which = select(application).where(application.c.tenant == tenant).order_by(application.c.name)
    return [_application(row) for row in c.execute(which)]


def find(c: Connection, tenant: int, named: str) -> Application:
    """By appId, id or service principal, else by name, which may be anything; RopewayError `application-unknown`."""
    a = application.c
    low = named.lower()
    by_id = or_(a.app_id == low, a.id == low, a.principal == low)
    mine = select(application).where(a.tenant == tenant)
    row = c.execute(mine.where(by_id)).first() or c.execute(mine.where(a.name == named)).first()
    if row is None:
        raise RopewayError(Problem("application-unknown", value=shown(named)))
    return _application(row)


def command_line(tenant: int) -> Application:
    """The application that every tenant has: `ropeway`, at which people sign in. It is in no table."""
    back = ("http://localhost", "http://127.0.0.1")
    return Application(COMMAND_LINE, tenant, COMMAND_LINE, COMMAND_LINE, "Ropeway command line", True, True, back, 0.0)


def by_id(c: Connection, tenant: int, id_: str) -> Application | None:
    """By the id of its object."""
    if id_ == COMMAND_LINE:
        return command_line(tenant)
    row = c.execute(select(application).where(application.c.tenant == tenant, application.c.id == id_)).one_or_none()
    return _application(row) if row else None


def by_app_id(c: Connection, tenant: int, app_id: str) -> Application | None:
    """As a client names itself."""
    if app_id.lower() == COMMAND_LINE:
        return command_line(tenant)
    row = c.execute(_BY_APP_ID, {"b_tenant": tenant, "b_app_id": app_id.lower()}).one_or_none()
    return _application(row) if row else None


def remove(c: Connection, app: Application) -> None:
    """With all that it showed, was granted and was given."""
    for table in (credential, grant, given):
        c.execute(delete(table).where(table.c.application == app.id))
    c.execute(delete(application).where(application.c.id == app.id))


def change(c: Connection, app: Application) -> Application:
    """All that may change of it, as it is from now on; RopewayError `application-name-taken`."""
    a = application.c
    if c.scalar(select(a.id).where(a.tenant == app.tenant, a.name == app.name, a.id != app.id)):
        raise RopewayError(Problem("application-name-taken", value=shown(app.name)))
    c.execute(update(application).where(a.id == app.id).values(name=app.name, enabled=app.enabled, **_lists(app)))
    return app


def add_secret(
    c: Connection, app: Application, name: str, *, now: float, expires: float
) -> tuple[Credential, Secret[str]]:
    """A new secret of 256 random bits: shown this once, kept as its SHA-256."""
    text = secrets.token_urlsafe(32)
    made = Credential(str(uuid4()), "secret", name, digest_of(text), text[:3], "", now, expires)
    _add(c, app, made)
    return made, Secret(text)


def add_certificate(
    c: Connection, app: Application, name: str, *, pem: str, fingerprint: str, now: float, expires: float
) -> Credential:
    """A certificate whose key signs assertions; `fingerprint` is its SHA-256 in hexadecimal."""
    made = Credential(str(uuid4()), "certificate", name, fingerprint, "", pem, now, expires)
    _add(c, app, made)
    return made


def credentials(c: Connection, app: Application, kind: str = "") -> list[Credential]:
    """What it may show, the oldest first; expired ones too."""
    x = credential.c
    which = [x.application == app.id, *([x.kind == kind] if kind else [])]
    columns = [x[name] for name in Credential._fields]
    return [Credential(*row) for row in c.execute(select(*columns).where(*which).order_by(x.created, x.id))]


def drop_credential(c: Connection, app: Application, id_: str) -> None:
    """It is worth nothing any more; RopewayError `application-credential-unknown`."""
    x = credential.c
    if c.execute(delete(credential).where(x.application == app.id, x.id == id_.lower())).rowcount == 0:
        raise RopewayError(Problem("application-credential-unknown", value=shown(id_)))


def permissions(c: Connection, app: Application, person: str = BY_ITSELF) -> list[str]:
    """What it may do by itself, or for somebody."""
    if app.id == COMMAND_LINE:
        return [] if person == BY_ITSELF else [AS_THE_PERSON]
    also = BY_ITSELF if person == BY_ITSELF else EVERYBODY
    return list(c.scalars(_PERMISSIONS, {"b_application": app.id, "b_person": person, "b_also": also}))


def for_anybody(c: Connection, app: Application) -> list[str]:
    """What it may do for at least one person."""
    g = grant.c
    which = select(g.permission).where(g.application == app.id, g.person != BY_ITSELF)
    return list(c.scalars(which.distinct().order_by(g.permission)))


class Grant(NamedTuple):
    """A permission of an application, by itself or for somebody."""

    application: str
    person: str
    permission: str


def grants(c: Connection, tenant: int) -> list[Grant]:
    """All that applications of a tenant were granted."""
    g = grant.c
    columns = (g.application, g.person, g.permission)
    return [Grant(*row) for row in c.execute(select(*columns).where(g.tenant == tenant).order_by(*columns))]


def forbid_all(c: Connection, app: Application) -> None:
    """Take back whatever was granted, and end every sign-in to it."""
    for table in (grant, given):
        c.execute(delete(table).where(table.c.application == app.id))


def allow(c: Connection, app: Application, names: Iterable[str], now: float, person: str = BY_ITSELF) -> None:
    """Grant permissions; those that it has already stay."""
    g = grant.c
    has = set(c.scalars(select(g.permission).where(g.application == app.id, g.person == person)))
    rows = [
        {"tenant": app.tenant, "application": app.id, "person": person, "permission": name, "created": now}
        for name in sorted(set(names) - has)
    ]
    if rows:
        c.execute(grant.insert(), rows)


def forbid(c: Connection, app: Application, names: Iterable[str], person: str = BY_ITSELF) -> None:
    """Take permissions back."""
    g = grant.c
    c.execute(delete(grant).where(g.application == app.id, g.person == person, g.permission.in_(list(names))))


def digest_of(text: str) -> str:
    """SHA-256, for secrets of so many random bits that nobody guesses them."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _add(c: Connection, app: Application, made: Credential) -> None:
    c.execute(credential.insert().values(made._asdict() | {"tenant": app.tenant, "application": app.id}))


def _application(row: Any) -> Application:
    told = row._asdict()
    return Application(**told | {name: tuple(msgspec.json.decode(told[name])) for name in ("redirects", "required")})


def _lists(app: Application) -> dict[str, str]:
    return {
        "redirects": msgspec.json.encode(app.redirects).decode(),
        "required": msgspec.json.encode(app.required).decode(),
    }
