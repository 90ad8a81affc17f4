"""The company in an export, written anew after each change, as a nightly export would be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from over_ldap import parent, rdn
from story import JOB, Change, hired
from telling import Teller

from ropeway.lab.company import Record, Size, company
from ropeway.lab.company.ldif import export

REFERENCES = ("manager", "managedBy", "member")


class ExportedCompany:
    """A list of records and the file that shows them."""

    domain = "contoso.test"

    def __init__(self, file: Path, size: Size, seed: int, teller: Teller) -> None:
        teller.heading("An export of a domain")
        self._file = file
        self._seed = seed
        self._records = list(company(size, seed=seed, dns_domain=self.domain))
        self._people = size.people
        self._write()
        teller.say(f"{file} shows {self.domain} as ldapsearch does: {size.people:,} people and {size.groups} groups.")

    def job(self) -> Sequence[str]:
        return ("ldif", "--name", JOB, "--path", str(self._file), "--domain", self.domain)

    def hire(self) -> Change:
        boss = self._person(7)
        new = hired(self.domain) | {"manager": boss.dn, "userAccountControl": "512"}
        attributes: dict[str, list[str] | list[bytes]] = {name: [value] for name, value in new.items()}
        attributes["objectClass"] = ["top", "person", "organizationalPerson", "user"]
        self._records.append(Record("user", self._people, f"CN={new['displayName']},{parent(boss.dn)}", attributes))
        self._write()
        return Change(f"{new['displayName']} begins today and is in the next export.", new["userPrincipalName"])

    def rename(self) -> Change:
        person = self._person(42)
        before, name = _first(person, "displayName"), f"{_first(person, 'givenName')} Lindqvist"
        person.attributes |= {"sn": ["Lindqvist"], "displayName": [name]}
        self._rename(person, f"CN={name},{parent(person.dn)}")
        return Change(f"{before} married and is {name} now: sn, displayName and the DN change.", _upn(person))

    def move(self) -> Change:
        person = self._person(60)
        units = [r for r in self._records if r.kind == "organizationalUnit" and _beside(r.dn, parent(person.dn))]
        department = _first(units[0], "ou")
        person.attributes["department"] = [department]
        self._rename(person, f"{rdn(person.dn)},{units[0].dn}")
        return Change(f"{_first(person, 'displayName')} goes to {department}, into another OU.", _upn(person))

    def regroup(self) -> Change:
        group = next(r for r in self._records if r.kind == "group" and r.dn.startswith("CN=Team"))
        leaving, *others = map(str, group.attributes["member"])
        joining = next(r.dn for r in self._records if r.kind == "user" and r.number == self._people)
        group.attributes["member"] = [*others, joining]
        self._write()
        return Change(f"{rdn(joining)} joins the group {rdn(group.dn)}, {rdn(leaving)} leaves it.", group.dn)

    def leave(self) -> Change:
        person = self._person(77)
        self._records.remove(person)
        for record in self._records:
            for name in REFERENCES:
                record.attributes[name] = [v for v in map(str, record.attributes.get(name, ())) if v != person.dn]
        self._write()
        return Change(f"{_first(person, 'displayName')} leaves, and is missing from the next export.", _upn(person))

    def _person(self, number: int) -> Record:
        return next(r for r in self._records if r.kind == "user" and r.number == number)

    def _rename(self, person: Record, dn: str) -> None:
        for record in self._records:
            for name in REFERENCES:
                record.attributes[name] = [
                    dn if v == person.dn else v for v in map(str, record.attributes.get(name, ()))
                ]
        person.dn = dn
        self._write()

    def _write(self) -> None:
        written = self._file.with_suffix(".new")
        with written.open("wb") as out:
            out.writelines(export(self._records, seed=self._seed, dns_domain=self.domain))
        written.replace(self._file)


def _first(record: Record, name: str) -> str:
    return str(record.attributes[name][0])


def _upn(record: Record) -> str:
    return _first(record, "userPrincipalName")


def _beside(dn: str, unit: str) -> bool:
    return dn != unit and parent(dn) == parent(unit)
