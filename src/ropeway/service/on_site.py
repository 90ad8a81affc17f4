"""What is done on the service's own machine, at its state and files, whether it runs or not."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from ropeway.control.in_process import TENANT, open_database
from ropeway.control.running import trouble
from ropeway.control.tenants import Tenants
from ropeway.model.secret import Secret
from ropeway.service import signing_in
from ropeway.service.http import authorities
from ropeway.service.http.authorities import Authority
from ropeway.service.http.sealing import make_seal
from ropeway.service.settings import Settings
from ropeway.store import tokens, trail
from ropeway.store.database import Database
from ropeway.store.tokens import Kind
from ropeway.store.trail import Act

Clock = Callable[[], float]


def login_link(
    settings: Settings, name: str, by: str, tenant: str | None = None, clock: Clock = time.time
) -> Secret[str]:
    """A login link for somebody, to this tenant or the first, made by whoever may write the state."""
    with _opened(settings) as database:
        number = TENANT if tenant is None else Tenants(database).number(tenant)
        link = signing_in.new_link(database, number, name, clock(), settings.url.rstrip("/"))
        _note(database, Act(clock(), by, "create_login_link", name, "success"), number)
        return link


def metrics_token(
    settings: Settings, by: str, tenant: str | None, lifetime: float, clock: Clock = time.time
) -> Secret[str]:
    """A token that opens /metrics and nothing else: those of a tenant, or of all."""
    with _opened(settings) as database:
        number = TENANT if tenant is None else Tenants(database).number(tenant)
        kind: Kind = "metrics-of-all" if tenant is None else "metrics"
        with database.write() as c:
            token = tokens.issue(c, number, kind, "metrics", now=clock(), lifetime=lifetime)
        _note(database, Act(clock(), by, "create_metrics_token", tenant or "all tenants", "success"), number)
        return token


def authority(settings: Settings) -> str | None:
    """The certificate of the service's own authority in PEM; None before it first ran."""
    with _opened(settings) as database:
        found = authorities.known(database, TENANT, "tls")
        return authorities.pem(found) if found else None


def begin_anew(settings: Settings, by: str, clock: Clock = time.time) -> Authority:
    """Another key file and other authorities; the former key file is put aside, its certificates are worth nothing."""
    with _opened(settings) as database:
        file = settings.seal_file
        if file.exists():
            file.rename(file.with_name(f"{file.name}.until-{time.strftime('%Y%m%d-%H%M%S', time.gmtime(clock()))}"))
        authorities.forget(database)
        made = authorities.tls(database, TENANT, make_seal(file), clock)
        _note(database, Act(clock(), by, "renew_authorities", made.fingerprint, "success"))
        return made


def make_key(file: Path) -> None:
    """A key file for a new state; one that is there already stays."""
    make_seal(file)


@contextmanager
def _opened(settings: Settings) -> Generator[Database, None, None]:
    database = open_database(settings.state)
    try:
        with trouble():
            yield database
    finally:
        database.close()


def _note(database: Database, act: Act, tenant: int = TENANT) -> None:
    with database.write() as c:
        trail.note(c, tenant, act)
