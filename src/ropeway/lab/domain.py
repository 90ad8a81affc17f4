"""One Active Directory domain in a folder, seen through one of its controllers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret

PLAIN_LDAP: Mapping[str, str] = {"ldap server require strong auth": "no"}
"""Settings with which a controller takes a simple bind without TLS."""

AS_SHIPPED: Mapping[str, str] = {"prefork children:ldap": "4"}
"""Samba's own number of LDAP workers: a change made through one is noticed by the others after up to 5 s."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A Samba domain and the controller to talk to.

    Everything lies under `folder`: the controller's own files under its host name, what all controllers share (the
    certification authority, the administrator's password, krb5.conf) beside them.
    """

    folder: Path
    realm: str
    """Upper case: CONTOSO.TEST."""
    address: str
    """The controller's IPv4 loopback address."""
    host: str = "dc1"
    options: dict[str, str] = field(default_factory=dict[str, str], hash=False)
    """Settings added to smb.conf."""
    replica: str = ""
    """The GUID under which other controllers look this one up: <replica>._msdcs.contoso.test."""

    @property
    def dns_domain(self) -> str:
        """contoso.test."""
        return self.realm.lower()

    @property
    def netbios(self) -> str:
        """CONTOSO."""
        return self.realm.split(".", 1)[0][:15]

    @property
    def base_dn(self) -> str:
        """DC=contoso,DC=test."""
        return ",".join(f"DC={label}" for label in self.dns_domain.split("."))

    @property
    def host_name(self) -> str:
        """dc1.contoso.test: in the certificate, beside the address."""
        return f"{self.host}.{self.dns_domain}"

    @property
    def ldap_url(self) -> str:
        """Port 389, for StartTLS and GSSAPI."""
        return f"ldap://{self.address}"

    @property
    def ldaps_url(self) -> str:
        """Port 636."""
        return f"ldaps://{self.address}"

    @property
    def ca_file(self) -> Path:
        """The authority (PEM) that signed the certificates of all controllers."""
        return self.folder / "tls" / "ca.pem"

    @property
    def krb5_conf(self) -> Path:
        """A krb5.conf that knows this domain and its controllers."""
        return self.folder / "krb5.conf"

    @property
    def administrator(self) -> str:
        """The account that may do everything, as it binds."""
        return f"administrator@{self.dns_domain}"

    @property
    def administrator_password_file(self) -> Path:
        """Mode 0600, one line, no newline."""
        return self.folder / "administrator.password"

    def administrator_password(self) -> Secret[str]:
        """The content of that file."""
        return Secret(self.administrator_password_file.read_text())

    @property
    def files(self) -> Path:
        """The controller's own folder."""
        return self.folder / self.host

    @property
    def smb_conf(self) -> Path:
        """The settings every Samba tool must be given."""
        return self.files / "smb.conf"

    @property
    def database(self) -> Path:
        """The directory itself, for tools that write to it without LDAP."""
        return self.files / "private" / "sam.ldb"

    @property
    def log(self) -> Path:
        """What the controller prints."""
        return self.files / "samba.log"

    def save(self) -> None:
        """Remember realm, address and settings in the controller's folder."""
        facts = {k: v for k, v in asdict(self).items() if k != "folder"}
        (self.files / "controller.json").write_text(json.dumps(facts, indent=1))


def opened(folder: Path, host: str = "dc1") -> Domain:
    """The domain that lies in a folder; RopewayError `lab-no-domain` where there is none."""
    try:
        facts = json.loads((folder / host / "controller.json").read_text())
    except FileNotFoundError:
        raise RopewayError(Problem("lab-no-domain", object=str(folder), details={"host": host})) from None
    return Domain(folder=folder, **facts)


def controllers(folder: Path) -> tuple[Domain, ...]:
    """Every controller whose files lie in a folder, the first one first."""
    return tuple(opened(folder, path.parent.name) for path in sorted(folder.glob("*/controller.json")))
