"""Domains of a tenant, for administrators: added, shown to be the tenant's, removed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ropeway.control.domain_proof import Proof, by_word, is_needed, record_of
from ropeway.control.protocol import DomainView
from ropeway.control.running import trouble
from ropeway.directory import Directory
from ropeway.directory.domains import domain_key
from ropeway.directory.drafts import Refused
from ropeway.model.problems import RopewayError
from ropeway.store.database import Database


class Domains:
    """The domains of one tenant, with the record that each needs."""

    def __init__(self, database: Database, directory: Directory, tenant: int, proof: Proof) -> None:
        self._db, self._directory, self._tenant, self._proof = database, directory, tenant, proof

    def every(self) -> Sequence[DomainView]:
        """By name."""
        found = self._directory.domains()
        with trouble():
            asks = self._proof is not by_word and is_needed(self._db)
        return [self._with_record(view) for view in found] if asks else found

    def add(self, name: str) -> DomainView:
        """Not verified yet."""
        return self._one(self._directory.add_domain(name).name)

    def verify(self, name: str) -> DomainView:
        """From now on names in it are used as they are; RopewayError where it is not shown to be the tenant's."""
        key = _key(name)
        with trouble():
            known = next((view for view in self._directory.domains() if view.name == key), None)
            if known is not None and not known.verified:
                self._proof(key, record_of(self._db, self._tenant, key))
        return self._directory.verify_domain(key)

    def remove(self, name: str) -> None:
        """It is free for others."""
        self._directory.remove_domain(name)

    def _one(self, name: str) -> DomainView:
        return next(view for view in self.every() if view.name == name)

    def _with_record(self, view: DomainView) -> DomainView:
        if view.verified:
            return view
        with trouble():
            return msgspec.structs.replace(view, record=record_of(self._db, self._tenant, view.name))


def _key(name: str) -> str:
    try:
        return domain_key(name)
    except Refused as refused:
        raise RopewayError(refused.problem) from None
