"""The company in a real Samba domain, changed through LDAP as an administrator would."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import ldap
import ldap.dn
from ldap.ldapobject import LDAPObject
from story import JOB, Change, hired
from telling import Teller

from ropeway.cli.progress import ProgressLine
from ropeway.control.protocol import Progress
from ropeway.lab import build, controller
from ropeway.lab.company import Size
from ropeway.lab.domain import Domain
from ropeway.lab.load import populate
from ropeway.model.problems import RopewayError

REALM = "CONTOSO.TEST"
ADDRESSES = [f"127.0.53.{n}" for n in range(1, 20)]
ORDINARY = "544"
"""userAccountControl ([MS-ADTS] 2.2.16): an ordinary account that may have none."""

Entry = tuple[str, dict[str, list[bytes]]]


class LiveCompany:
    """A domain controller with a company in it, started here and stopped at the end."""

    domain = REALM.lower()

    def __init__(self, folder: Path, size: Size, seed: int, address: str | None, *, keep: bool, teller: Teller) -> None:
        teller.heading("A domain")
        self._keep = keep
        self._domain = build.provision(folder, REALM, address or _free_address())
        controller.start(self._domain, lifeline=None if keep else os.pipe()[0])
        teller.say(
            f"A Samba domain controller of {REALM} answers on {self._domain.address}; the system's is not touched."
        )
        line = ProgressLine()
        populate(self._domain, size, seed=seed, report=lambda done: line(Progress("load", done, size.objects)))
        line.close()
        teller.say(f"A company of {size.people:,} people is in it, with {size.groups} groups, contacts and computers.")
        self._ldap = _connected(self._domain)

    def job(self) -> Sequence[str]:
        domain, password = self._domain, str(self._domain.administrator_password_file)
        return (
            *("active-directory", "--name", JOB, "--domain", self.domain, "--server", domain.address),
            *("--ca-file", str(domain.ca_file), "--user", domain.administrator, "--password-file", password),
        )

    def hire(self) -> Change:
        boss = self._person(7)[0]
        new = hired(self.domain) | {"objectClass": "user", "manager": boss, "userAccountControl": ORDINARY}
        dn = f"CN={new['displayName']},{parent(boss)}"
        self._ldap.add_s(dn, [(name, [value.encode()]) for name, value in new.items()])
        told = f"{new['displayName']} begins today: an administrator adds the account to AD."
        return Change(told, new["userPrincipalName"])

    def rename(self) -> Change:
        dn, values = self._person(42)
        given = values["givenName"][0].decode()
        name = f"{given} Lindqvist"
        self._replace(dn, sn="Lindqvist", displayName=name)
        self._ldap.rename_s(dn, f"CN={ldap.dn.escape_dn_chars(name)}")
        told = f"{values['displayName'][0].decode()} married and is {name} now: sn, displayName and the DN change."
        return Change(told, _upn(values))

    def move(self) -> Change:
        dn, values = self._person(60)
        other = next(unit for unit in self._departments(dn) if unit != parent(dn))
        department = ldap.dn.str2dn(other)[0][0][1]
        self._ldap.rename_s(dn, rdn(dn), newsuperior=other)
        moved = f"{rdn(dn)},{other}"
        self._replace(moved, department=department)
        told = f"{values['displayName'][0].decode()} goes to {department}: AD moves the account to another OU."
        return Change(told, _upn(values))

    def regroup(self) -> Change:
        dn, values = self._search("(&(objectClass=group)(cn=Team*))", ["member", "cn"])[0]
        leaving = values["member"][0]
        joining = self._person_by(f"(userPrincipalName={hired(self.domain)['userPrincipalName']})")[0]
        self._ldap.modify_s(dn, [(ldap.MOD_DELETE, "member", [leaving]), (ldap.MOD_ADD, "member", [joining.encode()])])
        told = f"{rdn(joining)} joins the group {rdn(dn)}, {rdn(leaving.decode())} leaves it: two values."
        return Change(told, dn)

    def leave(self) -> Change:
        dn, values = self._person(77)
        self._ldap.delete_s(dn)
        return Change(f"{values['displayName'][0].decode()} leaves, and the account is deleted in AD.", _upn(values))

    def close(self) -> None:
        """Without this, as after kill -9, the controller ends with this process too: the pipe is its lifeline."""
        self._ldap.unbind_s()
        if not self._keep:
            controller.stop(self._domain)

    def _replace(self, dn: str, **values: str) -> None:
        self._ldap.modify_s(dn, [(ldap.MOD_REPLACE, name, [value.encode()]) for name, value in values.items()])

    def _person(self, number: int) -> Entry:
        return self._person_by(f"(employeeID={100000 + number})")

    def _person_by(self, which: str) -> Entry:
        return self._search(f"(&(objectClass=user){which})", ["displayName", "givenName", "userPrincipalName"])[0]

    def _departments(self, dn: str) -> list[str]:
        above = parent(parent(dn))
        return sorted(d for d, _ in self._search("(objectClass=organizationalUnit)", ["ou"]) if parent(d) == above)

    def _search(self, which: str, attributes: list[str]) -> list[Entry]:
        found = self._ldap.search_s(self._domain.base_dn, ldap.SCOPE_SUBTREE, which, attributes)
        return [(dn, values) for dn, values in found if dn]


def _free_address() -> str:
    for address in ADDRESSES:
        try:
            controller.require_free(address)
        except RopewayError as error:
            if error.problem.code != "lab-address-in-use":
                raise
        else:
            return address
    raise SystemExit(f"Every address from {ADDRESSES[0]} to {ADDRESSES[-1]} is taken; name another with --address.")


def _connected(domain: Domain) -> LDAPObject:
    connection = ldap.initialize(domain.ldaps_url)
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(domain.ca_file))
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    connection.set_option(ldap.OPT_REFERRALS, 0)
    connection.simple_bind_s(domain.administrator, domain.administrator_password().reveal())
    return connection


def _upn(values: dict[str, list[bytes]]) -> str:
    return values["userPrincipalName"][0].decode()


def rdn(dn: str) -> str:
    """The first part of a DN."""
    return ldap.dn.dn2str(ldap.dn.str2dn(dn)[:1])


def parent(dn: str) -> str:
    """Where an object is."""
    return ldap.dn.dn2str(ldap.dn.str2dn(dn)[1:])
