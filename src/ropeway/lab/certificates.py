"""A certification authority of one domain, and the certificate of each controller, made by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ropeway.lab.domain import Domain

_NEW = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650")


def issue(domain: Domain) -> None:
    """A certificate for host name, domain name and address, from an authority made on the first call.

    Samba takes the key only with mode 0600.
    """
    authority_key = domain.ca_file.with_name("ca.key")
    if not domain.ca_file.exists():
        name = f"/CN=Ropeway lab CA {domain.dns_domain}"
        usage = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign")
        _make(domain.ca_file, authority_key, name, usage)
    names = f"subjectAltName=DNS:{domain.host_name},DNS:{domain.dns_domain},IP:{domain.address}"
    extensions = (names, "extendedKeyUsage=serverAuth", "basicConstraints=critical,CA:FALSE")
    signer = ("-CA", str(domain.ca_file), "-CAkey", str(authority_key))
    tls = domain.files / "tls"
    _make(tls / "cert.pem", tls / "key.pem", f"/CN={domain.host_name}", extensions, signer)


def _make(
    certificate: Path, key: Path, subject: str, extensions: tuple[str, ...], signer: tuple[str, ...] = ()
) -> None:
    certificate.parent.mkdir(parents=True, exist_ok=True)
    added = [word for extension in extensions for word in ("-addext", extension)]
    command = [*_NEW, "-subj", subject, *added, *signer, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    key.chmod(0o600)
