"""Who an agent is: the bodies of registration, challenge, session, heartbeat and renewal."""

from __future__ import annotations

from typing import Literal

import msgspec

from ropeway.model.wire.versions import SPOKEN, Spoken

PATH = "/agent/v1"
HEARTBEAT = 30.0
"""Seconds between two heartbeats of an agent with nothing to do."""
PULSE = 5.0
"""The same while it has calls, whose leases a heartbeat renews."""


class Registration(msgspec.Struct, frozen=True):
    """A new agent asks for its certificate."""

    token: str
    """Worth one registration; it names tenant and domain."""
    service: str
    """The service's address as the agent will use it."""
    name: str
    """The agent's machine."""
    csr: str
    """PKCS #10 in PEM, signed with the key that stays where it is."""
    version: str
    wire: Spoken = SPOKEN


class Registered(msgspec.Struct, frozen=True):
    """It is one now."""

    agent: str
    domain: str
    certificate: str
    """PEM."""


class Asking(msgspec.Struct, frozen=True):
    """An agent wants to open a session."""

    fingerprint: str
    """SHA-256 of its certificate (DER), hexadecimal."""


class Challenge(msgspec.Struct, frozen=True):
    """What it has to sign."""

    nonce: str


class Proof(msgspec.Struct, frozen=True):
    """The signed challenge."""

    certificate: str
    nonce: str
    service: str
    """The address that was signed."""
    signature: str
    """ECDSA with SHA-256 over `to_be_signed`, Base64."""
    version: str
    wire: Spoken = SPOKEN
    looking: bool = False
    """Only to see whether it is let in: no sign of life."""


class Session(msgspec.Struct, frozen=True):
    """An open session."""

    token: str
    agent: str
    domain: str
    wire: int
    """The version that both sides write from now on."""
    trace: str
    renew_in: float
    """Seconds until the certificate should be renewed, by the service's clock; an agent's clock does not matter."""


class Retired(msgspec.Struct, frozen=True):
    """The answer to a proof by which an agent gave itself up: it is nobody any more."""

    agent: str


class Held(msgspec.Struct, frozen=True):
    """A call that an agent is working on."""

    number: int
    attempt: int


class Heartbeat(msgspec.Struct, frozen=True):
    """The agent lives, and works on these calls."""

    version: str
    calls: tuple[Held, ...] = ()


class Pulse(msgspec.Struct, frozen=True):
    """What an agent should know."""

    trace: str
    renew_in: float
    gone: tuple[Held, ...] = ()
    """Calls of its heartbeat that are not its own any more."""


class Renewal(msgspec.Struct, frozen=True):
    """A request for the next certificate."""

    csr: str


class Renewed(msgspec.Struct, frozen=True):
    """The next certificate: the one before is good until this one has opened a session."""

    certificate: str
    renew_in: float


class Taken(msgspec.Struct, frozen=True):
    """The answer to a part."""

    acknowledged: int
    """Parts up to this number were used."""


Purpose = Literal["session", "retirement"]


def to_be_signed(service: str, nonce: str, fingerprint: str, purpose: Purpose = "session") -> bytes:
    """The text to be signed to open a session, or to give oneself up: for one service, one nonce, one certificate."""
    return f"ropeway agent {purpose}, version 1\n{service}\n{nonce}\n{fingerprint}\n".encode()
