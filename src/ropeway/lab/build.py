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
from ropeway.lab.domain import Domain, opened
from ropeway.model.problems import Problem, RopewayError

REPLICATION_SERVICE = "E3514235-4B06-11D1-AB04-00C04FC2DCD2"
"""The service class by which controllers authenticate to each other ([MS-DRSR] 2.2.3.2)."""

LONGEST_FOLDER = 70
"""Characters: Samba's sockets lie below, and a socket's path has at most 107 bytes (unix(7))."""


def provision(folder: Path, realm: str, address: str, options: Mapping[str, str] | None = None) -> Domain:
    """A new forest of one domain in a folder, its first controller not yet started. About 5 s.

    No password policy and a random administrator's password. Repeating it opens what is there. RopewayError where
    Samba is missing or refuses.
    """
    domain = Domain(folder.absolute(), realm.upper(), address, options=dict(options or {}))
    if (domain.files / "controller.json").exists():
        return opened(domain.folder, domain.host)
    samba.require()
    _require_short(domain.folder)
    _prepare(domain)
    write_password(domain.administrator_password_file)
    samba.tool(domain.files, _provisioning(domain), _no_password_policy(domain))
    domain = _identified(domain)
    replication = f"{REPLICATION_SERVICE}/{domain.replica}/{domain.dns_domain}"
    samba.tool(domain.files, _service_name(domain, replication), *_ldap_service_names(domain))
    return _completed(domain)


def join(domain: Domain, address: str, host: str = "dc2") -> Domain:
    """A further controller of a running domain, not yet started. Seconds; a minute with 15,000 people.

    Repeating it opens what is there.
    """
    other = replace(domain, address=address, host=host)
    if (other.files / "controller.json").exists():
        return opened(domain.folder, host)
    _prepare(other)
    samba.tool(other.files, _joining(domain, other), environment=names.environment(domain))
    other = _identified(other)
    samba.tool(other.files, *_ldap_service_names(other))
    samba.connect_to_others(domain)
    return _completed(other)


def copy(domain: Domain, folder: Path, *, address: str, options: Mapping[str, str] | None = None) -> Domain:
    """The same domain (the same identifiers) in another folder and at another address; under half a second.

    The original must be stopped, and have one controller.
    """
    _require_short(folder)
    copying = subprocess.run(["cp", "-a", domain.folder, folder], capture_output=True, text=True, check=False)
    if copying.returncode:
        raise samba.failed(folder.parent, "cp", copying.stderr)
    copied = replace(domain, folder=folder.absolute(), address=address, options=dict(options or domain.options))
    settings.write(copied)
    if address != domain.address:
        certificates.issue(copied)
        samba.script(copied.files, "readdress.py", str(copied.smb_conf), domain.address, address)
    return _completed(copied)


def remove(folder: Path) -> None:
    """Throw away what the lab has written into a folder, and the folder if nothing else is in it."""
    for settings_file in folder.glob("*/smb.conf"):
        shutil.rmtree(settings_file.parent)
    for name in ("tls", "accounts"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("administrator.password", "krb5.conf", "hosts", "resolv.conf"):
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def write_password(path: Path) -> None:
    """A random password in a file that only its owner may read; one that is there stays."""
    path.parent.mkdir(exist_ok=True)
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


def _identified(domain: Domain) -> Domain:
    settings.write(domain)  # provisioning left an smb.conf of its own, which names the system's folders
    return replace(domain, replica=samba.script(domain.files, "replica.py", str(domain.smb_conf)).strip())


def _completed(domain: Domain) -> Domain:
    """From here on the controller is there; an attempt interrupted before this is begun again."""
    domain.save()
    kerberos.configure(domain)
    names.environment(domain)  # running controllers look at these names and find the new one
    return domain


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


def _ldap_service_names(domain: Domain) -> list[list[str]]:
    """What GSSAPI clients ask a ticket for, by name and by address (clients here have no DNS of the domain)."""
    services = (domain.host_name, f"{domain.host_name}/{domain.dns_domain}", domain.address)
    return [_service_name(domain, f"ldap/{service}") for service in services]


def _service_name(domain: Domain, name: str) -> list[str]:
    return ["spn", "add", name, f"{domain.host.upper()}$", f"--configfile={domain.smb_conf}"]


def _joining(domain: Domain, other: Domain) -> list[str]:
    return [
        "domain",
        "join",
        domain.realm,
        "DC",
        f"--username={domain.netbios}\\Administrator%{domain.administrator_password().reveal()}",
        f"--server={domain.host_name}",
        "--dns-backend=SAMBA_INTERNAL",
        f"--option=netbios name={other.host.upper()}",
        *_common(other),
    ]
