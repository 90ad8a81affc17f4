"""The tenant's domains as administrators see them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, select

from ropeway.directory import domains, tables
from ropeway.directory.drafts import Refused
from ropeway.directory.features import set_features
from ropeway.directory.session import Session
from ropeway.model.directory import DomainView
from ropeway.model.problems import Problem, shown
from ropeway.model.values import compare_key

_d = tables.domain.c


class DomainRegister:
    """Adding, verifying and removing domains; their users' names follow before a call returns."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[DomainView]:
        """The tenant's domains by name; exactly one is the default: that which was chosen, else the initial one."""
        query = select(_d.name, _d.verified, _d.initial).where(_d.tenant == self._session.tenant).order_by(_d.name)
        with self._session.reading() as work:
            rows = work.connection.execute(query).all()
            chosen = work.features.default_domain
        default = chosen if any(r.name == chosen and r.verified for r in rows) else ""
        return [
            DomainView(
                name=r.name,
                verified=r.verified,
                initial=r.initial,
                default=r.name == default if default else r.initial,
            )
            for r in rows
        ]

    def choose(self, name: str) -> None:
        """The default domain; `Refused` where it is not verified."""
        with self._session.writing() as work:
            key = domains.domain_key(name)
            if key not in work.domains.verified:
                raise Refused(Problem("domain-not-verified", value=shown(name)))
            set_features(work.connection, work.tenant, msgspec.structs.replace(work.features, default_domain=key))

    def add(self, name: str) -> DomainView:
        """A domain, not verified yet; adding it twice is adding it once."""
        with self._session.writing() as work:
            key = domains.domain_key(name)
            if key not in self._names(work.connection):
                domains.add(work.connection, work.tenant, key)
        return self._one(key)

    def verify(self, name: str) -> DomainView:
        """The administrator's word that the domain is theirs."""
        return self._mark(name, verified=True)

    def remove(self, name: str) -> None:
        """A domain goes; users with names in it are called after their mailNickname at the initial domain."""
        key = self._mark(name, verified=False).name
        with self._session.writing() as work:
            work.connection.execute(delete(tables.domain).where(_d.tenant == work.tenant, _d.name == key))

    def catch_up(self) -> None:
        """Finish renaming users after a domain was verified or removed, also after a crash in the midst of it."""
        while unfinished := self._unfinished():
            with self._session.writing() as work:
                domains.follow(work, unfinished[0])

    def _unfinished(self) -> list[str]:
        with self._session.reading() as work:
            return domains.unfinished(work.connection, work.tenant)

    def _mark(self, name: str, *, verified: bool) -> DomainView:
        with self._session.writing() as work:
            key = compare_key(name)
            known = self._names(work.connection)
            if key not in known:
                raise Refused(Problem("domain-unknown", value=shown(name), details={"known": ", ".join(known)}))
            if key == work.domains.initial and not verified:
                raise Refused(Problem("domain-is-initial", value=key))
            if verified != (key in work.domains.verified):
                domains.mark(work, key, verified=verified)
        self.catch_up()
        return self._one(key)

    def _names(self, connection: Connection) -> list[str]:
        query = select(_d.name).where(_d.tenant == self._session.tenant).order_by(_d.name)
        return list(connection.execute(query).scalars())

    def _one(self, key: str) -> DomainView:
        return next(d for d in self.all() if d.name == key)
