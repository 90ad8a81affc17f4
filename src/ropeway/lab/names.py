"""The host names of lab domains, made to resolve for one process and its children."""

from __future__ import annotations

from pathlib import Path

from ropeway.lab.domain import Domain, controllers
from ropeway.model.problems import Problem, RopewayError

WRAPPERS = ("libnss_wrapper.so", "libresolv_wrapper.so")
"""Of Debian's packages libnss-wrapper and libresolv-wrapper: they answer instead of /etc/hosts and resolv.conf."""


def environment(*domains: Domain) -> dict[str, str]:
    """What to add to a process's environment so that these domains' names, SRV records and Kerberos realms resolve.

    Writes two small files into the first domain's folder. KRB5_CONFIG lists every domain's krb5.conf.
    """
    folder = domains[0].folder
    every = dict.fromkeys(controller for domain in domains for controller in controllers(domain.folder))
    hosts, resolver = folder / "hosts", folder / "resolv.conf"
    hosts.write_text("".join(f"{c.address} {c.host_name} {c.host} {c.replica}._msdcs.{c.dns_domain}\n" for c in every))
    resolver.write_text("".join(f"nameserver {d.address}\n" for d in domains))
    return {
        "LD_PRELOAD": ":".join(str(_library(name)) for name in WRAPPERS),
        "NSS_WRAPPER_HOSTS": str(hosts),
        "RESOLV_WRAPPER_CONF": str(resolver),
        "KRB5_CONFIG": ":".join(str(d.krb5_conf) for d in domains),
    }


def _library(name: str) -> Path:
    for folder in Path("/usr/lib").glob("*-linux-gnu*"):
        if (folder / name).exists():
            return folder / name
    raise RopewayError(Problem("lab-samba-missing", details={"missing": name}))
