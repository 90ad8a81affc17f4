"""A container or group in scope that the account may no longer read: the job stops with its name, nobody is removed."""

from __future__ import annotations

from typing import Any

import ldap
import pytest
from ldap.controls import RequestControl

from ropeway.lab import accounts, samba
from ropeway.lab.accounts import Account
from ropeway.lab.domain import Domain
from ropeway.model.problems import RopewayError
from ropeway.rules import layers
from tests.journeys.administration import DISTRIBUTION, Administration, Thing
from tests.journeys.tenant import Followed, Tenant, source_of
from tests.oracle.decoding import sid

MEMBER = "bf9679c0-0de6-11d0-a285-00aa003049e2"
"""schemaIDGUID of the attribute member ([MS-ADA2])."""
DESCRIPTOR = "nTSecurityDescriptor"
ALL_READING = "RPLCLORC"
"""Read properties, list contents, list object, read permissions ([MS-DTYP] 2.5.1.1)."""


@pytest.fixture(scope="module")
def reader(shared_domain: Domain) -> Account:
    """An account that reads what everybody may read."""
    return accounts.add(shared_domain, "scope-reader")


class _AccessListOnly(RequestControl):
    """Of a security descriptor only the access list ([MS-ADTS] 3.1.1.3.4.1.11)."""

    def __init__(self) -> None:
        super().__init__("1.2.840.113556.1.4.801", True)

    def encodeControlValue(self) -> bytes:
        return b"\x30\x03\x02\x01\x04"


class Rights:
    """What the account is denied, until `give_back`."""

    def __init__(self, company: Administration, account: Account) -> None:
        self._company = company
        number = sid(company.ldap.search_s(account.dn, ldap.SCOPE_BASE, attrlist=["objectSid"])[0][1]["objectSid"][0])
        self._everything = f"(D;CI;{ALL_READING};;;{number})"
        self._members = f"(OD;;RP;{MEMBER};;{number})"

        self._before: dict[str, list[bytes]] = {}

    def deny(self, thing: Thing) -> None:
        self._deny(thing, self._everything)

    def deny_members(self, group: Thing) -> None:
        self._deny(group, self._members)

    def _deny(self, thing: Thing, entry: str) -> None:
        domain = self._company.domain
        found = self._company.ldap.search_ext_s(
            thing.ref, ldap.SCOPE_BASE, "(objectClass=*)", [DESCRIPTOR], serverctrls=[_AccessListOnly()]
        )
        self._before[thing.guid] = found[0][1][DESCRIPTOR]
        where = [f"--objectdn={self._company.dn(thing)}", f"--configfile={domain.smb_conf}"]
        samba.tool(domain.files, ["dsacl", "set", f"--sddl={entry}", *where])

    def give_back(self, thing: Thing) -> None:
        changes = [(ldap.MOD_REPLACE, DESCRIPTOR, self._before[thing.guid])]
        self._company.ldap.modify_ext_s(thing.ref, changes, serverctrls=[_AccessListOnly()])


@pytest.fixture
def rights(company: Administration, reader: Account) -> Rights:
    return Rights(company, reader)


def by(reader: Account, company: Administration) -> dict[str, object]:
    return {
        "source": source_of(company.domain, user=reader.user, password_file=str(reader.password_file)),
        "name": "By reader",
    }


def stopped(job: Followed) -> str:
    """What a full read comes to, as it does by itself once an hour where no tombstones can be seen."""
    try:
        return job.run(full=True).result
    except RopewayError as error:
        return error.problem.code


def test_a_container_in_scope_that_can_no_longer_be_read_stops_the_job_and_removes_nobody(
    company: Administration, tenant: Tenant, reader: Account, rights: Rights
) -> None:
    base = company.unit("Staff")
    company.people(3, base)
    job = tenant.follow(company, containers=(base,), **by(reader, company))
    job.run()
    rights.deny(base)
    assert stopped(job) == "scope-base-missing"
    assert any("Staff" in problem.object for problem in job.job.problems)
    assert stopped(job) == "scope-base-missing"
    assert len(tenant.names()) == 3
    rights.give_back(base)
    assert stopped(job) == "success"
    assert len(tenant.names()) == 3
    assert job.amiss() == []


def test_a_group_in_scope_that_can_no_longer_be_read_stops_the_job_and_removes_nobody(
    company: Administration, tenant: Tenant, reader: Account, rights: Rights
) -> None:
    people = company.people(3)
    pilot = company.group("Pilot", *people)
    job = tenant.follow(company, groups=(pilot,), **by(reader, company))
    job.run()
    rights.deny(pilot)
    assert stopped(job) == "scope-base-missing"
    assert any("Pilot" in problem.object for problem in job.job.problems)
    assert len(tenant.names()) == 3
    rights.give_back(pilot)
    assert stopped(job) == "success"
    assert len(tenant.names()) == 3
    assert job.amiss() == []


def test_a_group_in_scope_whose_members_can_no_longer_be_read_stops_the_job_and_removes_nobody(
    company: Administration, tenant: Tenant, reader: Account, rights: Rights
) -> None:
    people = company.people(3)
    pilot = company.group("Pilot", *people)
    job = tenant.follow(company, groups=(pilot,), **by(reader, company))
    job.run()
    rights.deny_members(pilot)
    assert stopped(job) == "scope-group-unreadable"
    assert any("Pilot" in problem.object for problem in job.job.problems)
    assert job.stopped() == "scope-group-unreadable"
    assert len(tenant.names()) == 3
    rights.give_back(pilot)
    assert stopped(job) == "success"
    assert job.amiss() == []
    company.leave(pilot, *people[1:])
    job.run()
    assert tenant.names() == {people[0].name}


def only_members(group: Thing) -> dict[str, Any]:
    """The default rules, about the members of a group alone."""
    schema = layers.default("active-directory")
    rule = next(rule for rule in schema["synchronizationRules"] if rule["id"] == "active-directory-to-ropeway")
    rule["groupFilter"] = {"includedGroups": [group.guid]}
    return schema


def test_a_group_that_a_rule_names_and_whose_members_can_no_longer_be_read_stops_the_job_too(
    company: Administration, tenant: Tenant, reader: Account, rights: Rights
) -> None:
    people = company.people(3)
    pilot = company.group("Pilot", *people)
    job = tenant.follow(company, schema=only_members(pilot), **by(reader, company))
    job.run()
    assert len(tenant.names()) == 3
    rights.deny_members(pilot)
    assert stopped(job) == "scope-group-unreadable"
    assert any("Pilot" in problem.object for problem in job.job.problems)
    assert len(tenant.names()) == 3
    rights.give_back(pilot)
    assert job.run().result == "success"
    assert len(tenant.names()) == 3
    company.delete(pilot)
    assert stopped(job) == "scope-base-missing"
    assert any("Pilot" in problem.object for problem in job.job.problems)
    assert len(tenant.names()) == 3


def test_members_of_members_stay_where_the_chosen_groups_own_members_can_no_longer_be_read(
    company: Administration, tenant: Tenant, reader: Account, rights: Rights
) -> None:
    people = company.people(5)
    pilot = company.group("Pilot", company.group("Inner", *people, groupType=DISTRIBUTION))
    job = tenant.follow(company, groups=(pilot,), nested=True, **by(reader, company))
    job.run()
    assert len(tenant.names()) == 5
    rights.deny_members(pilot)
    assert stopped(job) == "scope-group-unreadable"
    assert any("Pilot" in problem.object for problem in job.job.problems)
    assert len(tenant.names()) == 5


def test_who_really_left_one_chosen_group_does_not_hide_that_another_cannot_be_read(
    company: Administration, tenant: Tenant, reader: Account, rights: Rights
) -> None:
    leavers, others = company.people(4, name="Leaver"), company.people(4)
    first, second = company.group("First", *leavers, company.person("Ann Archer")), company.group("Second", *others)
    job = tenant.follow(company, groups=(first, second), **by(reader, company))
    job.run()
    company.leave(first, *leavers)
    rights.deny_members(second)
    assert stopped(job) == "scope-group-unreadable"
    assert len(tenant.names()) == 9


def test_a_job_goes_on_by_itself_once_the_account_may_read_again(
    company: Administration, tenant: Tenant, reader: Account, rights: Rights
) -> None:
    base = company.unit("Staff")
    people = company.people(3, base)
    pilot = company.group("Pilot", *people)
    job = tenant.follow(company, containers=(base,), groups=(pilot,), **by(reader, company))
    job.run()
    for thing, deny in ((base, rights.deny), (pilot, rights.deny_members)):
        deny(thing)
        assert stopped(job)
        rights.give_back(thing)
        company.rename(thing, f"{thing.name} renamed")
        assert job.run().result == "success"
        assert len(tenant.names()) == 3
        assert job.amiss() == []
