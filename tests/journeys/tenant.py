"""A tenant's directory that follows domains, in words for tests."""

from __future__ import annotations

from typing import Any

from ropeway.control.in_process import InProcess, open_control
from ropeway.control.protocol import CycleView, EventFilter, EventView, HoldView, JobView, ObjectType
from ropeway.lab.domain import Domain
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.problems import RopewayError
from tests.journeys.administration import Administration, Thing
from tests.oracle.comparison import differences
from tests.oracle.listing import listing
from tests.oracle.scope import Scope

PLURALS: tuple[ObjectType, ...] = ("users", "groups", "contacts", "devices")


def source_of(*controllers: Domain, **more: Any) -> SourceSettings:
    """How a job reads a domain of the laboratory, by these controllers in this order."""
    domain = controllers[0]
    settings = {
        "domain": domain.dns_domain,
        "servers": [c.address for c in controllers],
        "ca_file": str(domain.ca_file),
        "user": domain.administrator,
        "password_file": str(domain.administrator_password_file),
        **more,
    }
    return SourceSettings("active-directory", settings)


class Tenant:
    """Control over one database, contoso.test verified."""

    def __init__(self, url: str, *verified: str) -> None:
        self.control: InProcess = open_control(url)
        for name in verified or ("contoso.test",):
            self.control.add_domain(name)
            self.control.verify_domain(name)

    def follow(
        self,
        company: Administration,
        *,
        name: str = "Contoso",
        containers: tuple[Thing, ...] | None = None,
        groups: tuple[Thing, ...] = (),
        nested: bool = False,
        source: SourceSettings | None = None,
        **settings: Any,
    ) -> Followed:
        """A job for the company's own unit, or for these containers and groups."""
        inside = (company.unit_of_ours,) if containers is None else containers
        wanted = JobSettings(name, source or source_of(company.domain), **settings)
        if nested:
            wanted = JobSettings(name, wanted.source, type(wanted.scope)(nested_groups=True), **settings)
        self.control.create_job(
            wanted, containers=[company.dn(c) for c in inside], groups=[company.dn(g) for g in groups]
        )
        scope = Scope(tuple(c.guid for c in inside), (), tuple(g.guid for g in groups), nested)
        return Followed(self, company, name, scope)

    def shown(self, thing: Thing) -> dict[str, Any] | None:
        """The live object that stands for an on-premises one, with its links."""
        for plural in PLURALS:
            for found in self.control.list_objects(plural, limit=100_000):
                if found.get("onPremisesImmutableId") == thing.immutable_id:
                    return self.control.show_object(plural, found["id"])
        return None

    def binned(self, thing: Thing) -> dict[str, Any] | None:
        """The object in the recycle bin that stood for an on-premises one."""
        for plural in PLURALS:
            for found in self.control.list_objects(plural, deleted=True, limit=100_000):
                if found.get("onPremisesImmutableId") == thing.immutable_id:
                    return found
        return None

    def names(self, plural: ObjectType = "users") -> set[str]:
        return {o["displayName"] for o in self.control.list_objects(plural, limit=100_000)}


class Followed:
    """A domain that a job of a tenant follows."""

    def __init__(self, tenant: Tenant, company: Administration, name: str, scope: Scope) -> None:
        self.tenant, self.control, self.company = tenant, tenant.control, company
        self.name, self.scope = name, scope

    def run(self, *, full: bool = False) -> CycleView:
        """One cycle: what happened in the domain since the last one arrives."""
        return self.control.run_job(self.name, full=full)

    def stopped(self) -> str:
        """The code of the problem that stops the next cycle."""
        try:
            self.run()
        except RopewayError as error:
            return error.problem.code
        return ""

    @property
    def job(self) -> JobView:
        return self.control.job(self.name)

    def holds(self) -> list[HoldView]:
        return list(self.control.holds(self.name))

    def events(self, thing: Thing, **which: Any) -> list[EventView]:
        return list(self.control.events(EventFilter(job=self.name, object=thing.guid, **which)))

    def amiss(self, *, fresh: bool = False) -> list[str]:
        """How the directory differs from what the domain must give, by the oracle."""
        listed = listing(self.company.ldap, self.company.domain.base_dn)
        return differences(self.control, (listed, self.scope), fresh=fresh)

    # words

    def user(self, thing: Thing) -> dict[str, Any]:
        found = self.tenant.shown(thing)
        assert found is not None, f"{thing.name} is not in the directory"
        return found

    def gone(self, thing: Thing) -> bool:
        return self.tenant.shown(thing) is None

    def members(self, group: Thing) -> set[str]:
        return {m["displayName"] for m in self.user(group)["members"]}
