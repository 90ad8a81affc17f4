"""What the gateway needs of the certificate authority for agents."""

from __future__ import annotations

from typing import Protocol

from cryptography import x509

from ropeway.model.problems import Problem, RopewayError


class Authority(Protocol):
    """Signs certificates of agents; its key is sealed in the database."""

    def sign(self, csr: x509.CertificateSigningRequest, subject: str, lifetime: float) -> x509.Certificate:
        """A certificate for the key of this request and for that subject, good for `lifetime` seconds from now."""
        ...


class NoAuthority:
    """Where no authority was given, nobody becomes an agent."""

    def sign(self, csr: x509.CertificateSigningRequest, subject: str, lifetime: float) -> x509.Certificate:  # noqa: ARG002
        """RopewayError `not-allowed`."""
        raise RopewayError(Problem("not-allowed", details={"reason": "This service has no authority for agents."}))
