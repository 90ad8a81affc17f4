"""Private keys at rest: sealed with a key in a file, which is in no database and no backup.

A sealed value is `version (1 byte) · key id (8) · nonce (12) · AES-256-GCM of the value`; what it is about is
authenticated with it, so that one sealed value cannot be put in another's place.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import os
import secrets
import stat
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret

MARK = "ropeway-seal-1"
"""First word of a key file; the second is the key, 32 bytes in Base64."""

LONGEST = 1024
"""Bytes of a key file that are worth reading."""

GIVEN_BY_SYSTEMD = "/run/credentials/"
"""Where systemd puts credentials, for the service's user alone (systemd.exec, LoadCredential)."""

_VERSION = b"\x01"
_KEY_ID, _NONCE = 8, 12


class Seal:
    """A key that wraps other keys."""

    def __init__(self, key: Secret[bytes], file: str) -> None:
        self._key = key
        self.file = file
        self.id = hashlib.sha256(b"ropeway seal id" + key.reveal()).digest()[:_KEY_ID]
        """What tells one key from another, and nothing of it."""

    def wrap(self, value: Secret[bytes], about: str) -> bytes:
        """The value, readable only with this key and for what it is about."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._key.reveal()).encrypt(nonce, value.reveal(), about.encode())
        return _VERSION + self.id + nonce + sealed

    def derived(self, about: str) -> Secret[bytes]:
        """Another key of 32 bytes, for one thing alone."""
        return Secret(hmac.digest(self._key.reveal(), b"ropeway derived key " + about.encode(), hashlib.sha256))

    def unwrap(self, sealed: bytes, about: str) -> Secret[bytes]:
        """The value again; RopewayError `seal-wrong` where another key sealed it, or somebody changed it."""
        head = len(_VERSION) + _KEY_ID
        if sealed[: len(_VERSION)] != _VERSION or sealed[len(_VERSION) : head] != self.id:
            raise self._wrong("another key sealed it")
        nonce, rest = sealed[head : head + _NONCE], sealed[head + _NONCE :]
        try:
            return Secret(AESGCM(self._key.reveal()).decrypt(nonce, rest, about.encode()))
        except (InvalidTag, ValueError):
            raise self._wrong("it was changed") from None

    def _wrong(self, reason: str) -> RopewayError:
        return RopewayError(Problem("seal-wrong", object=self.file, details={"reason": reason}))


def open_seal(file: Path) -> Seal:
    """The key in a file; RopewayError where it is missing, is none, or others may read it."""
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            text = opened.read(LONGEST)
    except FileNotFoundError:
        raise RopewayError(Problem("seal-missing", object=str(file))) from None
    except OSError as error:
        raise _unreadable(file, error.strerror or type(error).__name__) from None
    if mode & 0o077 and not str(file).startswith(GIVEN_BY_SYSTEMD):
        raise RopewayError(Problem("seal-open", object=str(file), details={"mode": f"{mode:03o}"}))
    return Seal(_key(file, text), str(file))


def make_seal(file: Path) -> Seal:
    """The key in a file, made where there is none: of two who make it at once, both get the one that was first."""
    if not file.exists():
        text = f"{MARK} {b64encode(secrets.token_bytes(32)).decode()}\n"
        try:
            _create(file, text.encode())
        except OSError as error:
            raise _unreadable(file, error.strerror or type(error).__name__) from None
    return open_seal(file)


def _create(file: Path, content: bytes) -> None:
    """Written beside it, then linked in its place, which fails where there is one already (link(2))."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):
            os.link(beside, file)
    finally:
        beside.unlink(missing_ok=True)


def _key(file: Path, text: bytes) -> Secret[bytes]:
    mark, _, rest = text.strip().partition(b" ")
    try:
        key = b64decode(rest, validate=True)
    except binascii.Error:
        key = b""
    if mark != MARK.encode() or len(key) != 32:
        raise _unreadable(file, "it is no key of Ropeway")
    return Secret(key)


def _unreadable(file: Path, reason: str) -> RopewayError:
    return RopewayError(Problem("seal-unreadable", object=str(file), details={"reason": reason}))
