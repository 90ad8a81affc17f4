"""Ids of log lines and cycles as a tenant sees them: their numbers count those of all tenants, and are told to nobody.

A number is enciphered as a block of AES with a key of the tenant, which follows from the service's key file: nothing is
stored, and an id is found by the number that it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from ropeway.model.secret import Secret
from ropeway.service.parts import Parts

LINE, CYCLE, SIGN_IN, ACT = b"line", b"cycle", b"sign-in", b"act"
"""What a number is of; at most eight bytes."""
_HALF = 8


@dataclass(frozen=True, slots=True)
class Opaque:
    """Numbers of a tenant as ids, and back."""

    key: Secret[bytes]

    def id(self, of: bytes, number: int) -> str:
        """A GUID, the same each time."""
        block = of.ljust(_HALF, b"\0") + number.to_bytes(_HALF, "big")
        return str(UUID(bytes=self._cipher().encryptor().update(block)))

    def number(self, of: bytes, text: str) -> int | None:
        """The number of an id of that kind; None for every other text."""
        try:
            found = UUID(text)
        except ValueError:
            return None
        block = self._cipher().decryptor().update(found.bytes)
        is_one = str(found) == text and block[:_HALF] == of.ljust(_HALF, b"\0")
        return int.from_bytes(block[_HALF:], "big") if is_one else None

    def reader(self, of: bytes) -> Callable[[str], int | None]:
        """The same for one kind."""
        return lambda text: self.number(of, text)

    def _cipher(self) -> Cipher[ECB]:
        return Cipher(AES(self.key.reveal()), ECB())  # noqa: S305 - one block, each of another number


def opaque_of(parts: Parts) -> Opaque:
    """Those of a service's tenant."""
    about = f"numbers of tenant {parts.tenant}"
    if parts.seal is not None:
        return Opaque(parts.seal.derived(about))
    return Opaque(Secret(hashlib.sha256(about.encode()).digest()))
