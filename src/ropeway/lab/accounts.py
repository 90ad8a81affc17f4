"""Accounts with few rights, as an installation should use them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ropeway.lab import samba
from ropeway.lab.build import write_password
from ropeway.lab.domain import Domain
from ropeway.model.secret import Secret

REPLICATION_RIGHTS = ("get-changes", "get-changes-all")
"""Replicating Directory Changes, and … All, which password hashes need ([MS-ADTS] 5.1.3.2.1)."""


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who can bind to a lab domain."""

    name: str
    """sAMAccountName."""
    user: str
    """As it binds: reader@contoso.test."""
    dn: str
    password_file: Path
    """Mode 0600."""

    def password(self) -> Secret[str]:
        """The content of that file."""
        return Secret(self.password_file.read_text())


def add(domain: Domain, name: str, *, rights: tuple[str, ...] = ()) -> Account:
    """An ordinary account in CN=Users, with the named replication rights on the domain head and nothing else.

    Works on the database itself, whether the controller runs or not; an account that is there already is an error.
    """
    dn = f"CN={name},CN=Users,{domain.base_dn}"
    account = Account(name, f"{name}@{domain.dns_domain}", dn, domain.folder / "accounts" / f"{name}.password")
    write_password(account.password_file)
    here = f"--configfile={domain.smb_conf}"
    create = ["user", "create", name, account.password().reveal(), here]
    head = [f"--objectdn={domain.base_dn}", f"--trusteedn={dn}", "--action=allow"]
    samba.tool(domain.files, create, *(["dsacl", "set", f"--car={right}", *head, here] for right in rights))
    return account


def show_deleted(domain: Domain, account: Account) -> None:
    """Let an account see deletions: list contents and read property on Deleted Objects.

    Works on the database itself, as `add` does.
    """
    samba.script(domain.files, "show_deleted.py", str(domain.smb_conf), account.name)
