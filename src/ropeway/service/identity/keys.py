"""Keys that sign a tenant's tokens: made, published a day before they sign, given up when their tokens are over."""

from __future__ import annotations

import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from joserfc.jwk import RSAKey
from sqlalchemy import Connection, delete, select

from ropeway.model.secret import Secret
from ropeway.service.http.sealing import Seal
from ropeway.store.database import Database
from ropeway.store.identity_tables import signing_key as table

DAY = 86400.0
ROTATED = 90 * DAY
"""Seconds after which the next key is made."""
PUBLISHED = DAY
"""Seconds for which a key is published before it signs: clients keep the list for as long."""
KEPT = 2 * DAY
"""Seconds for which a key is still published when its successor signs."""
FRESH = 60.0
"""Seconds for which what was read is taken for true."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key; `private` is opened only for the one that signs."""

    id: str
    certificate: x509.Certificate
    sealed: bytes
    created: float
    public: RSAKey

    def view(self) -> dict[str, Any]:
        """As Entra ID publishes one (RFC 7517)."""
        der = self.certificate.public_bytes(serialization.Encoding.DER)
        told = self.public.as_dict(private=False)
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "x5t": self.id,
            "n": told["n"],
            "e": told["e"],
            "x5c": [b64encode(der).decode()],
        }


class SigningKeys:
    """The keys of one tenant, as all processes of the service see them."""

    def __init__(self, database: Database, tenant: int, seal: Seal, clock: Callable[[], float]) -> None:
        self._db, self._tenant, self._seal, self._clock = database, tenant, seal, clock
        self._lock = threading.Lock()
        self._known: list[SigningKey] = []
        self._read = 0.0
        self._signing: tuple[str, RSAKey] | None = None

    def published(self) -> list[dict[str, Any]]:
        """Every key that a token may be signed with."""
        return [key.view() for key in self._keys()]

    def find(self, id_: str) -> RSAKey | None:
        """The public half of a key; one that nobody knew a moment ago is looked for again."""
        found = next((key for key in self._keys() if key.id == id_), None)
        if found is None and self._clock() - self._read > 1.0:
            found = next((key for key in self._keys(anew=True) if key.id == id_), None)
        return found.public if found else None

    def signing(self) -> tuple[str, RSAKey]:
        """The key that signs now, and its id."""
        keys, now = self._keys(), self._clock()
        key = next((k for k in reversed(keys) if k.created + PUBLISHED <= now), keys[0])
        if self._signing is None or self._signing[0] != key.id:
            bare = self._seal.unwrap(key.sealed, self._about(key.id)).reveal()
            self._signing = (key.id, RSAKey.import_key(bare))
        return self._signing

    def tend(self) -> None:
        """Make the next key and give up the last but one, when it is time."""
        now = self._clock()
        with self._db.write() as c:
            keys = self._stored(c)
            if not keys or keys[-1].created + ROTATED <= now:
                self._make(c, now)
            for key, next_ in pairwise(keys):
                if next_.created + PUBLISHED + KEPT <= now:
                    c.execute(delete(table).where(table.c.tenant == self._tenant, table.c.id == key.id))
        self._read = 0.0

    def _keys(self, *, anew: bool = False) -> list[SigningKey]:
        with self._lock:
            if anew or not self._known or not 0 <= self._clock() - self._read < FRESH:
                with self._db.read() as c:
                    self._known = self._stored(c)
                if not self._known:  # of two processes that come here at once, both take the first one's
                    with self._db.write() as c:
                        self._known = self._stored(c) or [self._make(c, self._clock())]
                self._read = self._clock()
            return self._known

    def _stored(self, c: Connection) -> list[SigningKey]:
        rows = c.execute(select(table).where(table.c.tenant == self._tenant).order_by(table.c.created, table.c.id))
        return [_key(row.id, row.certificate, row.key, row.created) for row in rows]

    def _make(self, c: Connection, now: float) -> SigningKey:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        certificate = _certificate(private, now)
        id_ = urlsafe_b64encode(certificate.fingerprint(hashes.SHA1())).rstrip(b"=").decode()  # noqa: S303 - x5t is SHA-1 (RFC 7515 4.1.7)
        encoding, plain = serialization.Encoding, serialization.NoEncryption()
        bare = private.private_bytes(encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        sealed = self._seal.wrap(Secret(bare), self._about(id_))
        pem = certificate.public_bytes(encoding.PEM).decode()
        row = {"tenant": self._tenant, "id": id_, "certificate": pem, "key": sealed, "created": now}
        c.execute(table.insert().values(row))
        return _key(id_, pem, sealed, now)

    def _about(self, id_: str) -> str:
        return f"signing key {id_} of tenant {self._tenant}"


def _key(id_: str, pem: str, sealed: bytes, created: float) -> SigningKey:
    certificate = x509.load_pem_x509_certificate(pem.encode())
    return SigningKey(id_, certificate, sealed, created, public_key(certificate))


def public_key(certificate: x509.Certificate) -> RSAKey:
    """A certificate's RSA key."""
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return RSAKey.import_key(certificate.public_key().public_bytes(encoding, form))


def _certificate(key: rsa.RSAPrivateKey, now: float) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ropeway token signing")])
    began = datetime.fromtimestamp(now, UTC)
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(began - timedelta(hours=1))
        .not_valid_after(began + timedelta(days=365 * 5))
        .sign(key, hashes.SHA256())
    )
