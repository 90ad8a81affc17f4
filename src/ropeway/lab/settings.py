"""The smb.conf of one controller: every path under its own folder, no file or print service."""

from __future__ import annotations

from ropeway.lab.domain import Domain

SERVICES = "rpc, ldap, cldap, kdc, drepl, kcc, dns"
"""What directory work needs. Without s3fs and winbindd a controller answers after 1 s instead of 5."""

PROMPT = {
    "prefork children": "1",
    "dreplsrv:periodic_startup_interval": "1",
    "dreplsrv:periodic_interval": "2",
    "dreplsrv:notify_interval": "1",
}
"""One LDAP worker sees its own changes at once; several poll each other, up to 5 s (measured). Controllers look for
each other's changes within seconds instead of minutes."""

FOLDERS = {
    "private dir": "private",
    "state directory": "state",
    "cache directory": "cache",
    "lock directory": "lock",
    "binddns dir": "bind-dns",
    "pid directory": "pid",
    "ncalrpc dir": "ncalrpc",
    "ntp signd socket directory": "signd",
    "winbindd socket directory": "winbindd",
    "usershare path": "usershare",
}
"""Every folder that Samba would otherwise take from the system's installation."""


def write(domain: Domain) -> None:
    """Write smb.conf and make the folders it names."""
    for name in FOLDERS.values():
        (domain.files / name).mkdir(parents=True, exist_ok=True)
    domain.smb_conf.write_text(text(domain))


def text(domain: Domain) -> str:
    """The whole file."""
    lines = {
        "netbios name": domain.host.upper(),
        "realm": domain.realm,
        "workgroup": domain.netbios,
        "server role": "active directory domain controller",
        "server services": SERVICES,
        "interfaces": f"{domain.address}/8",
        "bind interfaces only": "yes",
        "disable netbios": "yes",
        "idmap_ldb:use rfc2307": "yes",
        "logging": "file",
        "log file": str(domain.files / "samba.log"),
        "tls enabled": "yes",
        "tls cafile": str(domain.ca_file),
        "tls certfile": str(domain.files / "tls" / "cert.pem"),
        "tls keyfile": str(domain.files / "tls" / "key.pem"),
        "panic action": "",
    }
    lines |= {setting: str(domain.files / name) for setting, name in FOLDERS.items()}
    lines |= PROMPT | domain.options
    return "[global]\n" + "".join(f"\t{setting} = {value}\n" for setting, value in lines.items())
