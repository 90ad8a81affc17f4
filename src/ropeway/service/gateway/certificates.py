"""Certificates of agents: requests for them, their fingerprints, signatures made with their keys."""

from __future__ import annotations

import binascii
from base64 import b64decode

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ropeway.service.gateway.bodies import refused

LIFETIME = 90 * 86400.0
"""Seconds for which a certificate is good."""


def request_of(pem: str) -> x509.CertificateSigningRequest:
    """A request signed with the key that it is about, of the one kind that agents make: EC P-256."""
    try:
        csr = x509.load_pem_x509_csr(pem.encode("ascii", "replace"))
        if _is_ours(csr.public_key()) and csr.is_signature_valid:
            return csr
    except (ValueError, UnsupportedAlgorithm, InvalidSignature):
        pass
    raise refused("the request for a certificate is none, or is not signed with its own key (EC P-256)")


def certificate_of(pem: str) -> x509.Certificate:
    """A certificate that an agent shows; whose it is, its fingerprint says."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode("ascii", "replace"))
        if _is_ours(certificate.public_key()):
            return certificate
    except (ValueError, UnsupportedAlgorithm):
        pass
    raise refused("the certificate is none of an agent's")


def to_pem(certificate: x509.Certificate) -> str:
    """As agents keep it."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 over DER, hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def expiry(certificate: x509.Certificate) -> float:
    """When it ends, seconds since 1970."""
    return certificate.not_valid_after_utc.timestamp()


def is_signed(certificate: x509.Certificate, signature: str, text: bytes) -> bool:
    """Whether the key of this certificate made the signature (ECDSA with SHA-256, Base64)."""
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    try:
        key.verify(b64decode(signature, validate=True), text, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _is_ours(key: object) -> bool:
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
