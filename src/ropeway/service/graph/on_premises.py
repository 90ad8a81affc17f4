"""`/directory/onPremisesSynchronization`: the switches of the tenant's synchronization (graph-scim.md B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from ropeway.control.protocol import SynchronizationChange, SynchronizationView
from ropeway.model.job import Prevention
from ropeway.service.graph.api import Api
from ropeway.service.odata.answers import Answer, changed, many, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.refusals import body_invalid, not_offered, resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource

CONTEXT = "directory/onPremisesSynchronization"
SWITCHES: Mapping[str, str] = {
    "blockSoftMatchEnabled": "block_soft_match",
    "blockCloudObjectTakeoverThroughHardMatchEnabled": "block_hard_takeover",
    "softMatchOnUpnEnabled": "soft_match_on_upn",
}
"""Features that can be changed, and what they are called in Ropeway."""
FIXED: Mapping[str, bool] = {
    "directoryExtensionsEnabled": True,
    "quarantineUponProxyAddressesConflictEnabled": True,
    "quarantineUponUpnConflictEnabled": True,
    "synchronizeUpnForManagedUsersEnabled": True,
    "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled": False,
    "bypassDirSyncOverridesEnabled": False,
    "cloudPasswordPolicyForPasswordSyncedUsersEnabled": False,
    "concurrentCredentialUpdateEnabled": False,
    "concurrentOrgIdProvisioningEnabled": False,
    "deviceWritebackEnabled": False,
    "fopeConflictResolutionEnabled": False,
    "groupWriteBackEnabled": False,
    "passwordSyncEnabled": False,
    "passwordWritebackEnabled": False,
    "unifiedGroupWritebackEnabled": False,
    "userForcePasswordChangeOnLogonEnabled": False,
    "userWritebackEnabled": False,
}
"""Features that are always so here: they are not built, or not to be switched off."""


class PreventionBody(Body, frozen=True):
    """Graph's onPremisesAccidentalDeletionPrevention."""

    synchronization_prevention_type: Prevention | None = None
    alert_threshold: int | None = None


class ConfigurationBody(Body, frozen=True):
    """Graph's onPremisesDirectorySynchronizationConfiguration."""

    accidental_deletion_prevention: PreventionBody | None = None


class ChangeBody(Body, frozen=True):
    """What PATCH changes."""

    id: str | None = None
    configuration: ConfigurationBody | None = None
    features: dict[str, bool | None] | None = None


@dataclass(frozen=True, slots=True)
class OnPremises:
    """The one onPremisesDirectorySynchronization of a tenant; its id is the tenant's."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """In both versions, as in Graph."""
        change = Verb(self.change, ONE, body=True, act="change_synchronization")
        found: list[BaseRoute] = []
        for version in ("v1.0", "beta"):
            make = partial(resource, self.api.parts)
            found.append(make(f"/{version}/{CONTEXT}", get=Verb(self.listed, LIST)))
            found.append(make(f"/{version}/{CONTEXT}/{{synchronization}}", get=Verb(self.shown, ONE), patch=change))
        return found

    def listed(self, asked: Asked) -> Answer:
        """GET /directory/onPremisesSynchronization: a list of one."""
        return many(CONTEXT, page_of([self._value(asked)], asked.options, asked.page_size))

    def shown(self, asked: Asked) -> Answer:
        """GET /directory/onPremisesSynchronization/{id}."""
        self._check(asked)
        return one(CONTEXT, self._value(asked))

    def change(self, asked: Asked) -> Answer:
        """PATCH /directory/onPremisesSynchronization/{id}: 204."""
        self._check(asked)
        said = asked.shaped(ChangeBody)
        if said.id is not None and said.id.lower() != str(self.api.ids.tenant):
            raise body_invalid("id", "an id does not change")
        asked.parts.control.change_synchronization(_wanted(said))
        return changed(CONTEXT, lambda: self._value(asked))

    def _check(self, asked: Asked) -> None:
        if asked.key("synchronization").lower() != str(self.api.ids.tenant):
            raise resource_unknown(asked.key("synchronization"))

    def _value(self, asked: Asked) -> dict[str, Any]:
        return {"id": str(self.api.ids.tenant), **_told(asked.parts.control.synchronization())}


def _told(view: SynchronizationView) -> dict[str, Any]:
    prevention = {"synchronizationPreventionType": view.prevention, "alertThreshold": view.alert_threshold}
    features: dict[str, bool] = {**FIXED, **{name: getattr(view, own) for name, own in SWITCHES.items()}}
    return {"configuration": {"accidentalDeletionPrevention": prevention}, "features": dict(sorted(features.items()))}


def _wanted(said: ChangeBody) -> SynchronizationChange:
    """What a body changes; RopewayError for features that there are not, or that are always as they are."""
    switches: dict[str, bool] = {}
    for name, value in (said.features or {}).items():
        if value is None:
            continue
        if name in SWITCHES:
            switches[SWITCHES[name]] = value
        elif name not in FIXED:
            raise body_invalid(f"features.{name}", "there is no such feature")
        elif value != FIXED[name]:
            raise not_offered(f"features.{name}", f"It is always {str(FIXED[name]).lower()} here")
    prevention = said.configuration.accidental_deletion_prevention if said.configuration else None
    return SynchronizationChange(
        prevention=prevention.synchronization_prevention_type if prevention else None,
        alert_threshold=prevention.alert_threshold if prevention else None,
        **switches,
    )
