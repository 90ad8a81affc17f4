"""`/domains`: names of the tenant, shown to be its own, and what has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import select
from starlette.routing import BaseRoute

from ropeway.control.protocol import DomainView
from ropeway.directory import Directory, tables
from ropeway.directory.computed import PROXY, UPN
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.collections import LISTS
from ropeway.service.graph.objects.kinds import ANY
from ropeway.service.graph.objects.listing import Listing
from ropeway.service.graph.objects.reading import answer_page, question
from ropeway.service.graph.objects.seeing import way
from ropeway.service.odata.answers import Answer, changed, made, many, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import Page, page_of
from ropeway.service.odata.refusals import body_invalid, resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource

NOTE = "ropeway.domain"
"""The annotation with what `ropeway directory domains list` tells, for clients that prefer it."""
_k = tables.key.c
FOR_EVER = 2_147_483_647
"""Graph's number of days for passwords that do not expire."""


class NewDomain(Body, frozen=True):
    """The body of a new domain."""

    id: str


class DomainChange(Body, frozen=True):
    """What PATCH changes of a domain."""

    is_default: bool | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Domains:
    """Domains of the tenant; the id of one is its name."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """The list, one, and what is below it."""
        make = partial(resource, self.api.parts)
        path = "/v1.0/domains"
        change = Verb(self.change, ONE, body=True, act="change_domain")
        add, drop = Verb(self.add, body=True, act="add_domain"), Verb(self.drop, act="remove_domain")
        return [
            make(path, get=Verb(self.domains, LIST), post=add),
            make(f"{path}/{{domain}}", get=Verb(self.domain, ONE), patch=change, delete=drop),
            make(f"{path}/{{domain}}/domainNameReferences", get=Verb(self.references, LISTS)),
            make(f"{path}/{{domain}}/serviceConfigurationRecords", get=Verb(self.services, LIST)),
            make(f"{path}/{{domain}}/verificationDnsRecords", get=Verb(self.records, LIST)),
            make(f"{path}/{{domain}}/verify", post=Verb(self.verify, act="verify_domain")),
        ]

    def domains(self, asked: Asked) -> Answer:
        """GET /domains."""
        found = [_told(asked, view) for view in asked.parts.control.domains()]
        page = page_of(found, asked.options, asked.page_size)
        return replace(many("domains", page), headers=_applied(asked, "odata.maxpagesize"))

    def domain(self, asked: Asked) -> Answer:
        """GET /domains/{name}."""
        return replace(one("domains", _told(asked, self._view(asked))), headers=_applied(asked))

    def _view(self, asked: Asked) -> DomainView:
        name = asked.key("domain").lower()
        found = next((view for view in asked.parts.control.domains() if view.name == name), None)
        if found is None:
            raise resource_unknown(name)
        return found

    def add(self, asked: Asked) -> Answer:
        """POST /domains: not verified yet."""
        view = asked.parts.control.add_domain(asked.shaped(NewDomain).id)
        return replace(made("domains", _told(asked, view), f"domains/{view.name}"), headers=_applied(asked))

    def records(self, asked: Asked) -> Answer:
        """GET /domains/{name}/verificationDnsRecords: the TXT record, where one is asked for."""
        view = self._view(asked)
        found = [_record(view, str(self.api.ids.of(f"record {view.name}")))] if view.record else []
        page = page_of(found, asked.options, asked.page_size)
        return many(f"domains('{view.name}')/verificationDnsRecords", page)

    def verify(self, asked: Asked) -> Answer:
        """POST /domains/{name}/verify: by its TXT record, or the administrator's word."""
        asked.parts.control.verify_domain(asked.key("domain"))
        return replace(one("domains", _told(asked, self._view(asked))), headers=_applied(asked))

    def change(self, asked: Asked) -> Answer:
        """PATCH /domains/{name}: it becomes the default one, and the former is it no more."""
        view, said = self._view(asked), asked.shaped(DomainChange)
        if said.is_default is False and view.default:
            raise body_invalid("isDefault", "there is always a default domain: make another one the default")
        if said.is_default:
            parts = asked.parts
            Directory(parts.database, parts.tenant, clock=parts.clock).choose_domain(view.name)
        return changed(f"domains('{view.name}')", lambda: _domain(self._view(asked)))

    def drop(self, asked: Asked) -> Answer:
        """DELETE /domains/{name}."""
        asked.parts.control.remove_domain(asked.key("domain"))
        return nothing()

    def references(self, asked: Asked) -> Answer:
        """GET /domains/{name}/domainNameReferences: objects whose sign-in name or an address is in it."""
        ending = f"@{self._view(asked).name}"
        named = select(_k.object).where(
            _k.tenant == asked.parts.tenant, _k.name.in_((UPN, PROXY)), _k.value.endswith(ending, autoescape=True)
        )
        leads = way(asked, ANY, "domainNameReferences")
        types, by_number = leads.shown()
        listing = Listing(question(asked, ANY), named, types=types, by_number=by_number)
        with asked.parts.database.read() as c:
            found = listing.page(c, asked.options, asked.page_size)
            return answer_page(asked, ANY, replace(found, rows=leads.limited(found.rows)), c, "directoryObjects")

    def services(self, asked: Asked) -> Answer:
        """GET /domains/{name}/serviceConfigurationRecords: none, since no service here needs one."""
        return many(f"domains('{self._view(asked).name}')/serviceConfigurationRecords", Page([]))


def _told(asked: Asked, view: DomainView) -> dict[str, Any]:
    return _domain(view) | ({f"@{NOTE}": view} if asked.form.wants(NOTE) else {})


def _applied(asked: Asked, *names: str) -> dict[str, str]:
    return asked.form.applied(*names, *(("odata.include-annotations",) if asked.form.wants(NOTE) else ()))


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
        "manufacturer": None,
        "model": None,
        "passwordNotificationWindowInDays": None,
        "passwordValidityPeriodInDays": FOR_EVER,
        "state": None,
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
