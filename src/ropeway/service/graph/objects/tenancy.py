"""`/organization` and what it has subscribed to: the tenant as Graph tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, select
from starlette.routing import BaseRoute

from ropeway.control.protocol import DomainView, SynchronizationChange
from ropeway.control.switches import is_of_premises
from ropeway.control.views import iso
from ropeway.directory import tables
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.kinds import USERS
from ropeway.service.graph.objects.reading import find
from ropeway.service.odata.answers import Answer, changed, many, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import Page, page_of
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import jobs, tenants

LISTS = (
    "assignedPlans", "businessPhones", "marketingNotificationEmails", "provisionedPlans",
    "securityComplianceNotificationMails", "securityComplianceNotificationPhones", "technicalNotificationMails",
)  # fmt: skip
EMPTY = (
    "city", "country", "countryLetterCode", "defaultUsageLocation", "deletedDateTime", "partnerTenantType",
    "postalCode", "preferredLanguage", "privacyProfile", "state", "street",
)  # fmt: skip
"""What Graph has of an organization, and nobody says here."""


class Organization(Body, frozen=True):
    """What PATCH changes of the organization."""

    id: str | None = None
    on_premises_sync_enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Tenancy:
    """The one organization."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """Licences are asked for by many scripts, and there are none."""
        make = partial(resource, self.api.parts)
        change = Verb(self.change, ONE, body=True, act="change_organization")
        return [
            make("/v1.0/organization", get=Verb(self.organizations, LIST)),
            make("/v1.0/organization/{organization}", get=Verb(self.organization, ONE), patch=change),
            make("/v1.0/subscribedSkus", get=Verb(self.subscriptions, LIST)),
            make("/v1.0/users/{id}/licenseDetails", get=Verb(self.licences, LIST)),
        ]

    def subscriptions(self, _asked: Asked) -> Answer:
        """GET /subscribedSkus: nothing is sold here."""
        return many("subscribedSkus", Page([]))

    def licences(self, asked: Asked) -> Answer:
        """GET /users/{id}/licenseDetails: nobody needs one."""
        with asked.parts.database.read() as c:
            id_ = find(c, asked.parts.tenant, USERS, asked.key()).id
        return many(f"users('{id_}')/licenseDetails", Page([]))

    def organizations(self, asked: Asked) -> Answer:
        """GET /organization: a list of one."""
        return many("organization", page_of([self._told(asked)], asked.options, asked.page_size))

    def organization(self, asked: Asked) -> Answer:
        """GET /organization/{id}."""
        if asked.key("organization").lower() != str(self.api.ids.tenant):
            raise resource_unknown(asked.key("organization"))
        return one("organization", self._told(asked))

    def change(self, asked: Asked) -> Answer:
        """PATCH /organization/{id}: directory synchronization is activated or deactivated."""
        self.organization(asked)
        said = asked.shaped(Organization)
        if said.on_premises_sync_enabled is not None:
            asked.parts.control.change_synchronization(SynchronizationChange(enabled=said.on_premises_sync_enabled))
        return changed("organization", lambda: self._told(asked))

    def _told(self, asked: Asked) -> dict[str, Any]:
        parts = asked.parts
        off = not parts.control.synchronization().enabled
        with parts.database.read() as c:
            row = tenants.by_number(c, parts.tenant)
            of_premises = [one for one in jobs.every(c, parts.tenant) if is_of_premises(one.settings.source)]
            is_synchronised = _brought(c, parts.tenant, [one.number for one in of_premises])
        last = max((one.last_good for one in of_premises if one.last_good is not None), default=None)
        return {
            "id": str(self.api.ids.tenant),
            "displayName": row.name,
            "createdDateTime": iso(row.created),
            "onPremisesSyncEnabled": False if off else is_synchronised or None,
            "onPremisesLastSyncDateTime": iso(last) if is_synchronised else None,
            "tenantType": "AAD",
            "mobileDeviceManagementAuthority": "unknown",
            "verifiedDomains": [_verified(view) for view in parts.control.domains() if view.verified],
            **{name: [] for name in LISTS},
            **dict.fromkeys(EMPTY),
        }


def _brought(c: Connection, tenant: int, of_premises: Sequence[int]) -> bool:
    """Whether one of these jobs has brought something."""
    said = tables.contribution.c
    brought = select(said.job).where(said.tenant == tenant, said.job.in_(of_premises)).limit(1)
    return bool(of_premises) and c.execute(brought).first() is not None


def _verified(view: DomainView) -> dict[str, Any]:
    return {
        "capabilities": "Email",
        "isDefault": view.default,
        "isInitial": view.initial,
        "name": view.name,
        "type": "Managed",
    }
