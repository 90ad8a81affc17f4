"""The certificate that a service shows: its own authority's, or an administrator's; renewed while it runs."""

from __future__ import annotations

import logging
import os
import socket
import ssl
import stat
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ropeway.model.problems import Problem, RopewayError, describe
from ropeway.model.secret import Secret
from ropeway.service.http.authorities import Authority
from ropeway.service.settings import Settings

LIFETIME = 90 * 86400.0
"""Seconds that a certificate of the service's own authority is good for; renewed after two thirds of them."""

LOOK_EVERY = 60.0
"""Seconds between two looks whether a certificate is due, or its files are others."""

LARGEST = 1 << 20
"""Bytes of a certificate or key file that are worth reading."""

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and authenticated encryption alone; TLS 1.3 has no others."""

PEM = serialization.Encoding.PEM


class Pair(NamedTuple):
    """A certificate with what clients need to verify it, and its key; both PEM."""

    chain: bytes
    key: Secret[bytes]
    begins: float
    expires: float


class Supply(Protocol):
    """Where certificates come from."""

    def due(self, now: float) -> Pair | None:
        """The pair to show from now on; None where the one given before is still right."""
        ...


class Served:
    """A TLS context whose certificate is kept up to date."""

    def __init__(self, supply: Supply, clock: Callable[[], float]) -> None:
        self._supply, self._clock = supply, clock
        self.context = _context()
        pair = supply.due(clock())
        assert pair is not None
        self._show(pair)
        self._looked = clock()

    def look(self) -> bool:
        """Take up a new certificate where one is due; connections made from now on see it. Trouble is logged."""
        now = self._clock()
        if abs(now - self._looked) < LOOK_EVERY:
            return False
        self._looked = now
        try:
            pair = self._supply.due(now)
        except RopewayError as error:
            logging.getLogger(__name__).warning("The former certificate stays. %s", describe(error.problem))
            return False
        if pair is not None:
            self._show(pair)
        return pair is not None

    def _show(self, pair: Pair) -> None:
        """OpenSSL reads keys from files alone; this one is in memory (memfd_create(2))."""
        self.expires = pair.expires
        with os.fdopen(os.memfd_create("certificate", os.MFD_CLOEXEC), "wb") as memory:
            memory.write(pair.key.reveal() + b"\n" + pair.chain)
            memory.flush()
            self.context.load_cert_chain(f"/proc/self/fd/{memory.fileno()}")


def _context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    made.set_ciphers(CIPHERS)
    made.set_alpn_protocols(["http/1.1"])
    return made


class FromAuthority:
    """Certificates that the service makes for itself; their keys are on no disk."""

    def __init__(self, authority: Authority, names: Sequence[str]) -> None:
        self._authority, self._names = authority, names
        self._renew = float("-inf")

    def due(self, now: float) -> Pair | None:
        """A new one after two thirds of the last one's time."""
        if now < self._renew:
            return None
        key = ec.generate_private_key(ec.SECP256R1())
        request = x509.CertificateSigningRequestBuilder(x509.Name([])).sign(key, hashes.SHA256())
        made = self._authority.sign(request, self._names[0], LIFETIME, self._names)
        bare = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self._renew = now + LIFETIME * 2 / 3
        chain = made.public_bytes(PEM) + self._authority.pem.encode()
        return _pair(chain, made, Secret(bare))


class FromFiles:
    """An administrator's certificate; read again whenever one of its files is another."""

    def __init__(self, certificate: str, key: str) -> None:
        self._certificate, self._key = Path(certificate), Path(key)
        self._seen: tuple[tuple[int, ...], ...] = ()

    def due(self, now: float) -> Pair | None:
        """The files' present content, checked: RopewayError where no client would accept it."""
        seen = tuple(_mark(path) for path in (self._certificate, self._key))
        if seen == self._seen:
            return None
        self._seen = seen
        chain = _read(self._certificate)
        try:
            first = x509.load_pem_x509_certificates(chain)[0]
        except ValueError:
            raise _unreadable(self._certificate, "it holds no certificate in PEM") from None
        pair = _pair(chain, first, self._checked_key(first))
        if not pair.begins <= now < pair.expires:
            details = {"begins": _time(pair.begins), "ends": _time(pair.expires)}
            raise RopewayError(Problem("certificate-expired", object=str(self._certificate), details=details))
        return pair

    def _checked_key(self, certificate: x509.Certificate) -> Secret[bytes]:
        if self._key.stat().st_mode & stat.S_IRWXO:
            raise _unreadable(self._key, "everybody may read it; run `chmod o= FILE`")
        text = _read(self._key)
        try:
            key = serialization.load_pem_private_key(text, None)
        except TypeError:
            raise _unreadable(self._key, "the key has a password") from None
        except ValueError:
            raise _unreadable(self._key, "it holds no private key in PEM") from None
        shape = serialization.PublicFormat.SubjectPublicKeyInfo
        if key.public_key().public_bytes(PEM, shape) != certificate.public_key().public_bytes(PEM, shape):
            details = {"key": str(self._key)}
            raise RopewayError(Problem("certificate-key-mismatch", object=str(self._certificate), details=details))
        return Secret(text)


def names_of(settings: Settings) -> list[str]:
    """The host names and addresses under which this service may be met."""
    public = urlsplit(settings.url).hostname or ""
    here = [public, *settings.names, settings.place.host, socket.gethostname(), "localhost", "127.0.0.1", "::1"]
    return [name for name in dict.fromkeys(here) if name and name not in ("0.0.0.0", "::")]  # noqa: S104 - no name


def _pair(chain: bytes, first: x509.Certificate, key: Secret[bytes]) -> Pair:
    return Pair(chain, key, first.not_valid_before_utc.timestamp(), first.not_valid_after_utc.timestamp())


def _mark(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError as error:
        raise _unreadable(path, error.strerror or "it cannot be read") from None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            return opened.read(LARGEST)
    except OSError as error:
        raise _unreadable(path, error.strerror or "it cannot be read") from None


def _unreadable(path: Path, reason: str) -> RopewayError:
    return RopewayError(Problem("certificate-unreadable", object=str(path), details={"reason": reason}))


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
