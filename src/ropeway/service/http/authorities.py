"""The service's own certificate authorities: `tls` for its servers, `agents` for what runs beside the domains."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from sqlalchemy import delete, select, update

from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.service.http.sealing import Seal
from ropeway.store.database import Database
from ropeway.store.identity_tables import password, signing_key
from ropeway.store.service_tables import authority as table

Name = Literal["tls", "agents"]
Clock = Callable[[], float]

YEARS = 20
"""How long an authority is good for: longer than what it stands for is in use."""

EARLIER = timedelta(days=2)
"""Certificates are good from before they were made, for machines whose clocks are behind."""

LARGEST_RSA = 8192
"""Bits; beyond, checking a signature costs more than anybody's request is worth."""

_USE = {"tls": ExtendedKeyUsageOID.SERVER_AUTH, "agents": ExtendedKeyUsageOID.CLIENT_AUTH}


class Authority:
    """A certificate authority whose key is in this process."""

    def __init__(self, name: Name, certificate: x509.Certificate, key: Secret[bytes], clock: Clock) -> None:
        self.name = name
        self.certificate = certificate
        self._key = key
        self._clock = clock

    def sign(
        self, csr: x509.CertificateSigningRequest, subject: str, lifetime: float, names: Sequence[str] = ()
    ) -> x509.Certificate:
        """A certificate for the key of a request, good for `lifetime` seconds.

        Everything else in it is ours: the subject's common name, host names and addresses, what it may be used for.
        RopewayError `certificate-request-refused` for a key that is not what it says, or is a weak one.
        """
        try:
            key: Any = csr.public_key()
            genuine = csr.is_signature_valid
        except (ValueError, UnsupportedAlgorithm, InvalidSignature):
            raise _refused("its key is of a kind that Ropeway does not know") from None
        if not genuine:
            raise _refused("whoever asks does not have the key")
        if isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= LARGEST_RSA:
            return self._issue(key, subject, lifetime, names)
        if isinstance(key, ed25519.Ed25519PublicKey):
            return self._issue(key, subject, lifetime, names)
        if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in ("secp256r1", "secp384r1", "secp521r1"):
            return self._issue(key, subject, lifetime, names)
        raise _refused("its key must be EC P-256, P-384 or P-521, Ed25519, or RSA of 2048 to 8192 bits")

    def _issue(self, key: Any, subject: str, lifetime: float, names: Sequence[str]) -> x509.Certificate:
        now = datetime.fromtimestamp(self._clock(), UTC)
        ends = min(now + timedelta(seconds=lifetime), self.certificate.not_valid_after_utc)
        ours = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._private().public_key())
        made = (
            x509.CertificateBuilder(self.certificate.subject, _named(subject), key, x509.random_serial_number())
            .not_valid_before(now - EARLIER)
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([_USE[self.name]]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(ours, critical=False)
        )
        if names:
            made = made.add_extension(x509.SubjectAlternativeName([_general_name(n) for n in names]), critical=False)
        return made.sign(self._private(), hashes.SHA256())

    def _private(self) -> ec.EllipticCurvePrivateKey:
        key = serialization.load_der_private_key(self._key.reveal(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key

    @property
    def pem(self) -> str:
        """The certificate, as files and clients want it."""
        return pem(self.certificate)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate: 64 hexadecimal digits."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def tls(database: Database, tenant: int, seal: Seal, clock: Clock) -> Authority:
    """The authority for the certificates of the service itself, made where there is none."""
    return _authority(database, tenant, "tls", seal, clock)


def agents(database: Database, tenant: int, seal: Seal, clock: Clock) -> Authority:
    """The authority for the certificates of agents, made where there is none."""
    return _authority(database, tenant, "agents", seal, clock)


def pem(certificate: x509.Certificate) -> str:
    """A certificate as files and clients want it."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def known(database: Database, tenant: int, name: Name) -> x509.Certificate | None:
    """The certificate of an authority that was made already, for whoever need not sign."""
    with database.read() as c:
        row = c.execute(select(table.c.certificate).where(table.c.tenant == tenant, table.c.name == name)).one_or_none()
    return x509.load_pem_x509_certificate(row.certificate.encode()) if row else None


def forget(database: Database) -> int:
    """Give up every key that was sealed, of all tenants, for when the key file is lost: new ones are made at need."""
    with database.write() as c:
        c.execute(delete(signing_key))
        c.execute(update(password).values(second_factor=None))
        return c.execute(delete(table)).rowcount


def _authority(database: Database, tenant: int, name: Name, seal: Seal, clock: Clock) -> Authority:
    about = f"authority {name} of tenant {tenant}"
    which = (table.c.tenant == tenant) & (table.c.name == name)
    with database.read() as c:
        row = c.execute(select(table).where(which)).one_or_none()
    if row is None:
        key = ec.generate_private_key(ec.SECP256R1())
        encoding = serialization.Encoding
        bare = key.private_bytes(encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        made = {
            "tenant": tenant,
            "name": name,
            "certificate": pem(_root(name, key, clock())),
            "key": seal.wrap(Secret(bare), about),
            "created": clock(),
        }
        with database.write() as c:  # of two processes that come here at once, both take what the first one stored
            c.execute(database.insert(table).values(made).on_conflict_do_nothing())
            row = c.execute(select(table).where(which)).one()
    certificate = x509.load_pem_x509_certificate(row.certificate.encode())
    return Authority(name, certificate, seal.unwrap(row.key, about), clock)


def _root(name: Name, key: ec.EllipticCurvePrivateKey, now: float) -> x509.Certificate:
    """Its name has a number of its own: clients mistake authorities of the same name for one another."""
    subject = _named(f"Ropeway authority {name} {secrets.token_hex(4)}")
    began = datetime.fromtimestamp(now, UTC)
    return (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(began - EARLIER)
        .not_valid_after(began + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _refused(reason: str) -> RopewayError:
    return RopewayError(Problem("certificate-request-refused", details={"reason": reason}))
