"""A second factor: six digits that an authenticator app and the service make of one key and the time (RFC 6238)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

import segno
from markupsafe import Markup
from pyotp import random_base32
from pyotp.totp import TOTP

from ropeway.directory.people import Person
from ropeway.model.secret import Secret
from ropeway.service.http.sealing import Seal
from ropeway.service.identity.errors import Refusal
from ropeway.store import families, lockouts, passwords
from ropeway.store.database import Database
from ropeway.store.passwords import Password

STEP = 30
"""Seconds for which a code is good."""
APART = 1
"""Steps by which the clocks of telephone and service may differ."""


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """Those of a tenant's people; their keys are sealed."""

    database: Database
    tenant: int
    seal: Seal
    clock: Callable[[], float]

    def check(self, person: Person, code: str, address: str) -> Password:
        """What is kept of the person, when this is a code that was not used before.

        Refusal 500121 for a wrong one, which counts as a wrong password, and 50053 while guessing is locked.
        """
        now = self.clock()
        with self.database.read() as c:
            kept = passwords.find(c, self.tenant, person.id)
            known = lockouts.is_known(c, self.tenant, person.id, address, now)
        if kept is None or not kept.second_factor:
            raise Refusal(500121)
        step = _step_of(self.opened(person.id, kept.second_factor), code.replace(" ", ""), now)
        with self.database.write() as c:
            families.hold(c, self.tenant, person.id)
            before = lockouts.find(c, self.tenant, person.id, known_place=known)
            right = before.until <= now and step is not None and passwords.use_step(c, self.tenant, person.id, step)
            if right:
                lockouts.welcome(c, self.tenant, person.id, address, now, known_place=known)
            elif before.until <= now:
                tag = passwords.tag_of(f"{int(now) // STEP}", Secret(code))  # the same code, later, is another guess
                lockouts.count(c, self.tenant, person.id, tag, now, known_place=known)
        if before.until > now:
            raise Refusal(50053)
        if not right:
            raise Refusal(500121)
        return kept

    def begin(self, person: str) -> bytes:
        """A new key as it is kept; it counts when it is put to the person's password."""
        return self.seal.wrap(Secret(random_base32().encode()), about(self.tenant, person))

    def opened(self, person: str, sealed: bytes) -> Secret[str]:
        """The key in Base32."""
        return Secret(self.seal.unwrap(sealed, about(self.tenant, person)).reveal().decode())

    def fits(self, person: str, sealed: bytes, code: str) -> int | None:
        """The time step of a code for a key that does not count yet; None for a wrong code."""
        return _step_of(self.opened(person, sealed), code.replace(" ", ""), self.clock())


def about(tenant: int, person: str) -> str:
    """What a key is sealed for."""
    return f"second factor of {person} in tenant {tenant}"


def address_of(key: Secret[str], upn: str, organisation: str) -> Secret[str]:
    """The key as authenticator apps read it: otpauth://…"""
    return Secret(TOTP(key.reveal()).provisioning_uri(name=upn, issuer_name=organisation))


def in_groups(key: Secret[str]) -> str:
    """The key as it is easily typed."""
    text = key.reveal()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def picture_of(address: Secret[str]) -> Markup:
    """A QR code as SVG, to be scanned with a telephone."""
    made = segno.make(address.reveal(), error="m", micro=False)
    told = made.svg_inline(scale=4, border=2, omitsize=True, svgclass=None, lineclass=None, title="QR code of the key")
    return Markup(told)  # noqa: S704 - made here, of an address that is encoded as dots


def _step_of(key: Secret[str], code: str, now: float) -> int | None:
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    made, present, found = TOTP(key.reveal()), int(now) // STEP, None
    for step in range(present - APART, present + APART + 1):
        if hmac.compare_digest(made.generate_otp(step), code):
            found = step
    return found
