"""Directory synchronization as a whole, asked of Graph's onPremisesSynchronization and organization (B10)."""

from __future__ import annotations

from typing import Any

import msgspec

from ropeway.control.calls import GRAPH
from ropeway.control.over_graph.graph import Graph
from ropeway.control.protocol import SynchronizationChange, SynchronizationView
from ropeway.model.job import Prevention

FEATURES = {
    "block_soft_match": "blockSoftMatchEnabled",
    "block_hard_takeover": "blockCloudObjectTakeoverThroughHardMatchEnabled",
    "soft_match_on_upn": "softMatchOnUpnEnabled",
}


class _Prevention(msgspec.Struct, rename="camel"):
    synchronization_prevention_type: Prevention
    alert_threshold: int


class _Configuration(msgspec.Struct, rename="camel"):
    accidental_deletion_prevention: _Prevention


class _Synchronization(msgspec.Struct):
    configuration: _Configuration
    features: dict[str, bool]


class _Organization(msgspec.Struct, rename={"enabled": "onPremisesSyncEnabled"}):
    enabled: bool | None
    """None: nothing was brought yet."""


class SwitchesOverGraph:
    """Methods of `Control` about the tenant's synchronization."""

    _graph: Graph

    def synchronization(self) -> SynchronizationView:
        """GET /directory/onPremisesSynchronization/{id} and /organization/{id}."""
        found: _Synchronization = self._graph.ask("GET", self._synchronization, _Synchronization)
        select = (("$select", "onPremisesSyncEnabled"),)
        organization: _Organization = self._graph.ask("GET", self._organization, _Organization, query=select)
        prevention = found.configuration.accidental_deletion_prevention
        return SynchronizationView(
            enabled=organization.enabled is not False,
            prevention=prevention.synchronization_prevention_type,
            alert_threshold=prevention.alert_threshold,
            **{name: found.features[graphs] for name, graphs in FEATURES.items()},
        )

    def change_synchronization(self, change: SynchronizationChange) -> SynchronizationView:
        """PATCH of the same two, of each what is to be otherwise."""
        said = {"synchronizationPreventionType": change.prevention, "alertThreshold": change.alert_threshold}
        prevention = {name: value for name, value in said.items() if value is not None}
        switches = {graphs: getattr(change, name) for name, graphs in FEATURES.items()}
        features = {name: value for name, value in switches.items() if value is not None}
        body: dict[str, Any] = {"features": features} if features else {}
        if prevention:
            body["configuration"] = {"accidentalDeletionPrevention": prevention}
        if body:
            self._graph.tell("PATCH", self._synchronization, body=body)
        if change.enabled is not None:
            self._graph.tell("PATCH", self._organization, body={"onPremisesSyncEnabled": change.enabled})
        return self.synchronization()

    @property
    def _synchronization(self) -> str:
        return f"{GRAPH}/directory/onPremisesSynchronization/{self._graph.ids.tenant}"

    @property
    def _organization(self) -> str:
        return f"{GRAPH}/organization/{self._graph.ids.tenant}"
