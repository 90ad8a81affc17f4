"""A key that never leaves its machine, and the certificate that the service's authority made for it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ropeway.agent import files
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.model.wire.sessions import Purpose, to_be_signed

Key = Secret[ec.EllipticCurvePrivateKey]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the agent is."""

    key: Key
    certificate: str
    """PEM."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate."""
        return x509.load_pem_x509_certificate(self.certificate.encode()).fingerprint(hashes.SHA256()).hex()

    @property
    def agent(self) -> str:
        """Its id, as the certificate has it."""
        subject = x509.load_pem_x509_certificate(self.certificate.encode()).subject
        return "".join(str(name.value) for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME))

    def signature(self, service: str, nonce: str, purpose: Purpose = "session") -> str:
        """The proof for one service and one nonce."""
        text = to_be_signed(service, nonce, self.fingerprint, purpose)
        return b64encode(self.key.reveal().sign(text, ec.ECDSA(hashes.SHA256()))).decode()


def new_key() -> Key:
    """EC P-256."""
    return Secret(ec.generate_private_key(ec.SECP256R1()))


def request(key: Key, name: str) -> str:
    """A request for a certificate (PKCS #10, PEM); the service decides what is in the certificate."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64] or "agent")])
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key.reveal(), hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()


def keep(folder: Path, identity: Identity) -> None:
    """Store key and certificate together, so that they always belong together."""
    key = identity.key.reveal().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files.write_private(folder / files.IDENTITY, key.decode() + identity.certificate)


def load(folder: Path) -> Identity:
    """What `keep` stored; RopewayError `agent-not-registered` where nothing is."""
    path = folder / files.IDENTITY
    if not path.exists():
        raise RopewayError(Problem("agent-not-registered", object=str(folder)))
    text = files.read_private(path).reveal()
    try:
        key = serialization.load_pem_private_key(text.encode(), None)
        certificate = text[text.index("-----BEGIN CERTIFICATE-----") :]
        x509.load_pem_x509_certificate(certificate.encode())
    except (ValueError, TypeError):
        raise files.unreadable(path, OSError(0, "it does not hold a key and its certificate")) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise files.unreadable(path, OSError(0, "its key is none of an agent's"))
    return Identity(Secret(key), certificate)
