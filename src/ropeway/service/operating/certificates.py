"""When certificates of the service expire."""

from __future__ import annotations

from cryptography import x509
from sqlalchemy import Connection, select

from ropeway.store.service_tables import authority


def expiries(c: Connection, tenant: int) -> dict[str, float]:
    """Of each authority in the state, seconds since 1970: `tls authority`, `agents authority`."""
    found: dict[str, float] = {}
    for row in c.execute(select(authority.c.name, authority.c.certificate).where(authority.c.tenant == tenant)):
        certificate = x509.load_pem_x509_certificate(row.certificate.encode())
        found[f"{row.name} authority"] = certificate.not_valid_after_utc.timestamp()
    return found
