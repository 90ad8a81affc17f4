"""Making a domain, a second controller of it, or a copy of it."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ropeway.lab import certificates, kerberos, names, samba, settings
from ropeway.lab.domain import Domain
from ropeway.model.problems import Problem, RopewayError

LONGEST_FOLDER = 70
"""Characters: Samba's sockets lie below, and a socket's path has at most 107 bytes (unix(7))."""


def provision(folder: Path, realm: str, address: str, options: Mapping[str, str] | None = None) -> Domain:
    """A new forest of one domain in a folder, its first controller not yet started. About 5 s.

    No password policy and a random administrator's password. Repeating it opens what is there. RopewayError where
    Samba is missing or refuses.
    """
    domain = Domain(folder.absolute(), realm.upper(), address, options=dict(options or {}))
    if (domain.files / "controller.json").exists():
        return domain
    samba.require()
    _require_short(domain.folder)
    _prepare(domain)
    write_password(domain.administrator_password_file)
    samba.tool(_provisioning(domain), _no_password_policy(domain), *_service_names(domain))
    settings.write(domain)
    kerberos.configure(domain)
    domain.save()
    return domain


def join(domain: Domain, address: str, host: str = "dc2") -> Domain:
    """A further controller of a running domain, not yet started. Seconds; a minute with 15,000 people.

    Repeating it opens what is there.
    """
    other = replace(domain, address=address, host=host)
    if (other.files / "controller.json").exists():
        return other
    _prepare(other)
    samba.tool(_joining(domain, other), environment=names.environment(domain))
    settings.write(other)
    other.save()
    kerberos.configure(domain)
    return other


def copy(domain: Domain, folder: Path) -> Domain:
    """The same domain (same identifiers, same address) in another folder; the original must be stopped. Under 0.1 s."""
    _require_short(folder)
    copying = subprocess.run(["cp", "-a", domain.folder, folder], capture_output=True, text=True, check=False)
    if copying.returncode:
        raise samba.failed("cp", copying.stderr)
    copied = replace(domain, folder=folder.absolute())
    settings.write(copied)
    copied.save()
    return copied


def write_password(path: Path) -> None:
    """A random password in a file that only its owner may read; one that is there stays."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(f"Aa1-{secrets.token_urlsafe(18)}")


def _prepare(domain: Domain) -> None:
    """Clear what an interrupted attempt left, and write what provisioning itself reads."""
    shutil.rmtree(domain.files, ignore_errors=True)
    domain.folder.mkdir(parents=True, exist_ok=True)
    certificates.issue(domain)
    settings.write(domain)


def _require_short(folder: Path) -> None:
    if len(str(folder.absolute()).encode()) > LONGEST_FOLDER:
        details = {"longest": str(LONGEST_FOLDER)}
        raise RopewayError(Problem("lab-folder-too-long", object=str(folder), details=details))


def _common(domain: Domain) -> list[str]:
    return [
        f"--targetdir={domain.files}",
        f"--configfile={os.devnull}",
        f"--option=interfaces={domain.address}/8",
        "--option=bind interfaces only=yes",
        "--backend-store=mdb",
        "--quiet",
    ]


def _provisioning(domain: Domain) -> list[str]:
    return [
        "domain",
        "provision",
        f"--realm={domain.realm}",
        f"--domain={domain.netbios}",
        "--server-role=dc",
        "--dns-backend=SAMBA_INTERNAL",
        f"--adminpass={domain.administrator_password().reveal()}",
        "--use-rfc2307",
        f"--host-name={domain.host}",
        f"--host-ip={domain.address}",
        *_common(domain),
    ]


def _no_password_policy(domain: Domain) -> list[str]:
    none = ("--complexity=off", "--min-pwd-length=0", "--min-pwd-age=0", "--max-pwd-age=0", "--history-length=0")
    return ["domain", "passwordsettings", "set", f"--configfile={domain.files / 'etc' / 'smb.conf'}", *none]


def _service_names(domain: Domain) -> list[list[str]]:
    """What GSSAPI clients ask a ticket for, by name and by address (clients here have no DNS of the domain)."""
    names_ = (domain.host_name, f"{domain.host_name}/{domain.dns_domain}", domain.address)
    here = f"--configfile={domain.files / 'etc' / 'smb.conf'}"
    return [["spn", "add", f"ldap/{name}", f"{domain.host.upper()}$", here] for name in names_]


def _joining(domain: Domain, other: Domain) -> list[str]:
    return [
        "domain",
        "join",
        domain.realm,
        "DC",
        f"--username=Administrator%{domain.administrator_password().reveal()}",
        f"--server={domain.host_name}",
        "--dns-backend=NONE",
        f"--option=netbios name={other.host.upper()}",
        *_common(other),
    ]
