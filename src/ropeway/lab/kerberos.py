"""krb5.conf and keytabs of a lab domain."""

from __future__ import annotations

import os
from pathlib import Path

from ropeway.lab import samba
from ropeway.lab.domain import Domain, controllers


def configure(domain: Domain) -> Path:
    """Write the domain's krb5.conf: its controllers by address, no DNS, no reverse names. Use it as KRB5_CONFIG."""
    servers = [c.address for c in controllers(domain.folder)] or [domain.address]
    domain.krb5_conf.write_text(
        "[libdefaults]\n"
        f"\tdefault_realm = {domain.realm}\n"
        "\tdns_lookup_realm = false\n\tdns_lookup_kdc = false\n"
        "\tdns_canonicalize_hostname = false\n\trdns = false\n"
        f"[realms]\n\t{domain.realm} = {{\n"
        + "".join(f"\t\tkdc = {address}\n" for address in servers)
        + f"\t}}\n[domain_realm]\n\t.{domain.dns_domain} = {domain.realm}\n\t{domain.dns_domain} = {domain.realm}\n"
    )
    return domain.krb5_conf


def keytab(domain: Domain, account: str, path: Path) -> Path:
    """The keys of one account (its sAMAccountName) in a keytab file that only its owner may read."""
    path.unlink(missing_ok=True)
    words = ["domain", "exportkeytab", str(path), f"--principal={account}", f"--configfile={domain.smb_conf}"]
    samba.tool(domain.files, words)
    os.chmod(path, 0o600)
    return path
