"""Domains of the tenant, asked of Graph's /domains."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ropeway.control.calls import GRAPH
from ropeway.control.over_graph.graph import Graph, key, preferring
from ropeway.model.directory import DomainView

DOMAIN = "ropeway.domain"
DOMAINS = f"{GRAPH}/domains"


class _Domain(msgspec.Struct, rename={"view": f"@{DOMAIN}"}):
    view: DomainView


class DomainsOverGraph:
    """Methods of `Control` about domains."""

    _graph: Graph

    def domains(self) -> Sequence[DomainView]:
        """GET /domains."""
        return [one.view for one in self._graph.every(DOMAINS, _Domain, annotation=DOMAIN)]

    def add_domain(self, name: str) -> DomainView:
        """POST /domains."""
        return self._graph.ask("POST", DOMAINS, _Domain, body={"id": name}, headers=preferring(DOMAIN)).view

    def verify_domain(self, name: str) -> DomainView:
        """POST /domains/{name}/verify."""
        return self._graph.ask("POST", f"{DOMAINS}{key(name)}/verify", _Domain, headers=preferring(DOMAIN)).view

    def remove_domain(self, name: str) -> None:
        """DELETE /domains/{name}."""
        self._graph.tell("DELETE", f"{DOMAINS}{key(name)}")
