"""What administrators do to a domain, through LDAP."""

from __future__ import annotations

from importlib import import_module
from types import TracebackType
from typing import Any, Self

from ropeway.lab.company.people import People
from ropeway.lab.domain import Domain

ldap: Any = import_module("ldap")
"""python-ldap, which has no types."""


class Administrator:
    """One connection, and the people whom the laboratory has put there."""

    def __init__(self, domain: Domain, people: int = 1) -> None:
        self.people = People(1, people, domain.dns_domain, domain.base_dn)
        self._base = domain.base_dn
        self._session = ldap.initialize(domain.ldaps_url)
        self._session.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
        self._session.set_option(ldap.OPT_X_TLS_CACERTFILE, str(domain.ca_file))
        self._session.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        self._session.set_option(ldap.OPT_REFERRALS, 0)
        self._session.simple_bind_s(domain.administrator, domain.administrator_password().reveal())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._session.unbind_s()

    def hire(self, number: int) -> None:
        """The person of that number, as the laboratory would have made them."""
        record = self.people.record(number)
        given = {k: [v if isinstance(v, bytes) else v.encode() for v in some] for k, some in record.attributes.items()}
        self._session.add_s(record.dn, list(given.items()))

    def dismiss(self, number: int) -> None:
        """Deletes an account."""
        self._session.delete_s(self.people.dn(number))

    def entitle(self, number: int, title: str) -> None:
        """Somebody's title is another from now on."""
        self._session.modify_s(self.people.dn(number), [(ldap.MOD_REPLACE, "title", [title.encode()])])

    def group(self, name: str) -> str:
        """A new universal security group without members; its DN."""
        dn = f"CN={name},CN=Users,{self._base}"
        given = {"objectClass": [b"group"], "sAMAccountName": [name.encode()], "groupType": [b"-2147483640"]}
        self._session.add_s(dn, list(given.items()))
        return dn

    def add_members(self, group: str, numbers: range) -> None:
        """People into a group, in one request."""
        members = [self.people.dn(n).encode() for n in numbers]
        self._session.modify_s(group, [(ldap.MOD_ADD, "member", members)])
