"""The company in a real Samba domain, changed through LDAP as an administrator would."""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import ldap
import ldap.dn
from ldap.ldapobject import LDAPObject
from story import Arrival, Change, hired
from telling import Teller

from ropeway.cli.progress import ProgressLine
from ropeway.control.protocol import Progress
from ropeway.lab import accounts, build, controller
from ropeway.lab.accounts import Account
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
    """A domain with a company in it."""

    def __init__(self, domain: Domain, reader: Account) -> None:
        self.domain = domain.dns_domain
        self._reader = reader
        self._domain = domain
        self._ldap = _connected(domain)

    def access(self) -> dict[str, object]:
        """What an agent's agent.yaml says about the domain: where it is, and who reads it."""
        return {
            "servers": [self._domain.address],
            "ca_file": str(self._domain.ca_file),
            "user": self._reader.user,
            "password_file": str(self._reader.password_file),
        }

    def another(self) -> str:
        """A command that adds an account, for whoever wants to see more."""
        domain = self._domain
        who = f"samba-tool user add another.one --random-password --configfile={domain.smb_conf}"
        return f"{who} --userou='OU=Company'"

    def hire(self) -> Change:
        boss = self._person(7)[0]
        new = hired(self.domain) | {"objectClass": "user", "manager": boss, "userAccountControl": ORDINARY}
        dn = f"CN={new['displayName']},{parent(boss)}"
        began = time.monotonic()
        self._ldap.add_s(dn, [(name, [value.encode()]) for name, value in new.items()])
        told = f"{new['displayName']} begins today: an administrator adds the account to AD."
        who = new["userPrincipalName"]
        return Change(told, who, Arrival(who, "displayName", new["displayName"], began))

    def rename(self) -> Change:
        dn, values = self._person(42)
        name = f"{values['givenName'][0].decode()} Lindqvist"
        renamed = f"CN={ldap.dn.escape_dn_chars(name)}"
        self._ldap.rename_s(dn, renamed)
        began = time.monotonic()
        self._replace(f"{renamed},{parent(dn)}", sn="Lindqvist", displayName=name)
        told = f"{values['displayName'][0].decode()} married and is {name} now: sn, displayName and the DN change."
        return Change(told, _upn(values), Arrival(_upn(values), "surname", "Lindqvist", began))

    def move(self) -> Change:
        dn, values = self._person(60)
        other = next(unit for unit in self._departments(dn) if unit != parent(dn))
        department = ldap.dn.str2dn(other)[0][0][1]
        self._ldap.rename_s(dn, rdn(dn), newsuperior=other)
        began = time.monotonic()
        self._replace(f"{rdn(dn)},{other}", department=department)
        told = f"{values['displayName'][0].decode()} goes to {department}: AD moves the account to another OU."
        return Change(told, _upn(values), Arrival(_upn(values), "department", department, began))

    def regroup(self) -> Change:
        dn, values = self._search("(&(objectClass=group)(cn=Team*))", ["member", "cn"])[0]
        leaving, name = values["member"][0], values["cn"][0].decode()
        joining, new = self._person_by(f"(userPrincipalName={hired(self.domain)['userPrincipalName']})")
        began = time.monotonic()
        self._ldap.modify_s(dn, [(ldap.MOD_DELETE, "member", [leaving]), (ldap.MOD_ADD, "member", [joining.encode()])])
        told = f"{rdn(joining)} joins the group {rdn(dn)}, {rdn(leaving.decode())} leaves it: two values."
        return Change(told, dn, Arrival(_upn(new), "memberOf", name, began))

    def leave(self) -> Change:
        dn, values = self._person(77)
        began = time.monotonic()
        self._ldap.delete_s(dn)
        told = f"{values['displayName'][0].decode()} leaves, and the account is deleted in AD."
        return Change(told, _upn(values), Arrival(_upn(values), "", "", began))

    def close(self) -> None:
        """Hang up; the domain goes on."""
        self._ldap.unbind_s()

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


@contextmanager
def live_company(folder: Path, size: Size, seed: int, address: str | None, teller: Teller) -> Generator[LiveCompany]:
    """A domain controller with a company in it, started here and stopped at the end.

    As after kill -9, the controller ends with this process, too: the pipe is its lifeline.
    """
    teller.heading("A domain")
    domain = build.provision(folder, REALM, address or _free_address())
    reader = accounts.add(domain, "ropeway", rights=("get-changes",))
    accounts.show_deleted(domain, reader)
    lifeline, held = os.pipe()
    try:
        controller.start(domain, lifeline=lifeline)
        teller.say(f"A Samba domain controller of {REALM} answers on {domain.address}; the system's is not touched.")
        line = ProgressLine()
        populate(domain, size, seed=seed, report=lambda done: line(Progress("load", done, size.objects)))
        line.close()
        teller.say(f"A company of {size.people:,} people is in it, with {size.groups} groups, contacts and computers.")
        with closing(LiveCompany(domain, reader)) as company:
            yield company
    finally:
        controller.stop(domain)
        os.close(lifeline)
        os.close(held)


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
