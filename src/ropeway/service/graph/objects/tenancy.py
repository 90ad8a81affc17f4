"""`/domains` and `/organization`: the tenant as Graph tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import select
from starlette.routing import BaseRoute

from ropeway.control.protocol import DomainView, SynchronizationChange
from ropeway.directory import tables
from ropeway.directory.workspace import iso
from ropeway.service.graph.api import Api
from ropeway.service.odata.answers import Answer, changed, made, many, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store.metadata import tenant


class NewDomain(Body, frozen=True):
    """The body of a new domain."""

    id: str


class Organization(Body, frozen=True):
    """What PATCH changes of the organization."""

    id: str | None = None
    on_premises_sync_enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Domains, and the one organization."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """A domain's id is its name."""
        make = partial(resource, self.api.parts)
        add, drop = Verb(self.add, body=True, act="add_domain"), Verb(self.drop, act="remove_domain")
        change = Verb(self.change, ONE, body=True, act="change_organization")
        return [
            make("/v1.0/domains", get=Verb(self.domains, LIST), post=add),
            make("/v1.0/domains/{domain}", get=Verb(self.domain, ONE), delete=drop),
            make("/v1.0/domains/{domain}/verificationDnsRecords", get=Verb(self.records, LIST)),
            make("/v1.0/domains/{domain}/verify", post=Verb(self.verify, act="verify_domain")),
            make("/v1.0/organization", get=Verb(self.organizations, LIST)),
            make("/v1.0/organization/{organization}", get=Verb(self.organization, ONE), patch=change),
        ]

    def domains(self, asked: Asked) -> Answer:
        """GET /domains."""
        found = [_domain(view) for view in asked.parts.control.domains()]
        return many("domains", page_of(found, asked.options, asked.page_size))

    def domain(self, asked: Asked) -> Answer:
        """GET /domains/{name}."""
        return one("domains", _domain(self._view(asked)))

    def _view(self, asked: Asked) -> DomainView:
        name = asked.key("domain").lower()
        found = next((view for view in asked.parts.control.domains() if view.name == name), None)
        if found is None:
            raise resource_unknown(name)
        return found

    def add(self, asked: Asked) -> Answer:
        """POST /domains: not verified yet."""
        view = asked.parts.control.add_domain(asked.shaped(NewDomain).id)
        return made("domains", _domain(view), f"domains/{view.name}")

    def records(self, asked: Asked) -> Answer:
        """GET /domains/{name}/verificationDnsRecords: the TXT record, where one is asked for."""
        view = self._view(asked)
        found = [_record(view, str(self.api.ids.of(f"record {view.name}")))] if view.record else []
        page = page_of(found, asked.options, asked.page_size)
        return many(f"domains('{view.name}')/verificationDnsRecords", page)

    def verify(self, asked: Asked) -> Answer:
        """POST /domains/{name}/verify: by its TXT record, or the administrator's word."""
        view = asked.parts.control.verify_domain(self._view(asked).name)
        return one("domains", _domain(view))

    def drop(self, asked: Asked) -> Answer:
        """DELETE /domains/{name}."""
        asked.parts.control.remove_domain(self._view(asked).name)
        return nothing()

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
            name = c.scalar(select(tenant.c.name).where(tenant.c.number == parts.tenant))
            mine = tables.contribution.c.tenant == parts.tenant
            job = select(tables.contribution.c.job).where(mine, tables.contribution.c.job > 0).limit(1)
            is_synchronised = c.execute(job).first() is not None
            change = tables.change.c
            last = c.scalar(
                select(change.time).where(change.tenant == parts.tenant).order_by(change.sequence.desc()).limit(1)
            )
        return {
            "id": str(self.api.ids.tenant),
            "displayName": name,
            "onPremisesSyncEnabled": False if off else is_synchronised or None,
            "onPremisesLastSyncDateTime": iso(last) if is_synchronised and last is not None else None,
            "tenantType": "AAD",
            "assignedPlans": [], "businessPhones": [], "provisionedPlans": [], "technicalNotificationMails": [],
            "verifiedDomains": [_verified(view) for view in parts.control.domains() if view.verified],
        }  # fmt: skip


def _domain(view: DomainView) -> dict[str, Any]:
    return {
        "id": view.name,
        "authenticationType": "Managed",
        "availabilityStatus": None,
        "isAdminManaged": True,
        "isDefault": view.default,
        "isInitial": view.initial,
        "isRoot": True,
        "isVerified": view.verified,
        "supportedServices": ["Email"] if view.verified else [],
    }


def _record(view: DomainView, id_: str) -> dict[str, Any]:
    return {
        "@odata.type": "#microsoft.graph.domainDnsTxtRecord",
        "id": id_,
        "isOptional": False,
        "label": view.name,
        "recordType": "Txt",
        "supportedService": "Email",
        "ttl": 3600,
        "text": view.record,
    }


def _verified(view: DomainView) -> dict[str, Any]:
    return {
        "capabilities": "Email",
        "isDefault": view.default,
        "isInitial": view.initial,
        "name": view.name,
        "type": "Managed",
    }
