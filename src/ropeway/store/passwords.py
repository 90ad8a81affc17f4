"""Passwords of cloud-only users: Argon2id at the least cost that OWASP advises, as many at once as there are cores."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import string
import threading
from base64 import b64encode
from collections import Counter
from typing import Any, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, select, update

from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.store import families, lockouts
from ropeway.store.identity_tables import password as table

SHORTEST, LONGEST = 8, 256
"""Characters, as Entra ID has it."""

WANTED = b""
"""In the place of a second factor: the person has to set one up at the next sign-in."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))
NOBODYS = "$argon2id$v=19$m={},t={},p={}${}${}".format(
    _HASHER.memory_cost, _HASHER.time_cost, _HASHER.parallelism,
    *(b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (_HASHER.salt_len, _HASHER.hash_len)),
)  # fmt: skip
"""What no password has, made without the work of a hash; to compare with it takes as long as with somebody's."""


class Waiting:
    """Places for passwords that are compared, or wait for it: threads that wait answer nobody else.

    One network has two thirds of them at most, so that whoever guesses keeps nobody elsewhere out.
    """

    def __init__(self, places: int) -> None:
        self._lock, self._of = threading.Lock(), Counter[str]()
        self._places = places

    def enter(self, network: str) -> bool:
        """Whether there is a place."""
        with self._lock:
            if self._of.total() >= self._places or self._of[network] >= self._places * 2 // 3:
                return False
            self._of[network] += 1
            return True

    def leave(self, network: str) -> None:
        """The place is another's."""
        with self._lock:
            self._of[network] -= 1
            if not self._of[network]:
                del self._of[network]


WAITING = Waiting(max(18, 3 * (os.cpu_count() or 1)))


class Password(NamedTuple):
    """What is kept of somebody's password."""

    person: str
    hash: str
    must_change: bool
    second_factor: bytes | None
    """A sealed TOTP key, or `WANTED`."""
    second_factor_step: int
    """The last time step whose code was taken."""
    changed: float


def find(c: Connection, tenant: int, person: str) -> Password | None:
    """Somebody's, by the person's id."""
    columns = [table.c[name] for name in Password._fields]
    row = c.execute(select(*columns).where(table.c.tenant == tenant, table.c.person == person)).one_or_none()
    return Password(*row) if row else None


def is_still(c: Connection, tenant: int, kept: Password) -> bool:
    """Whether it was not replaced since; nobody replaces it until this transaction is over."""
    families.hold(c, tenant, kept.person)
    now = find(c, tenant, kept.person)
    return now is not None and now.hash == kept.hash


def replace(c: Connection, tenant: int, person: str, hash_: str, *, must_change: bool, now: float) -> None:
    """A new password; a second factor stays. Whoever signed in with the one before has to sign in again."""
    lockouts.clear(c, tenant, person)
    families.end_all(c, tenant, person)
    mine = (table.c.tenant == tenant, table.c.person == person)
    values: dict[str, Any] = {"hash": hash_, "must_change": must_change, "changed": now}
    if c.execute(update(table).where(*mine).values(values)).rowcount == 0:
        c.execute(table.insert().values(values | {"tenant": tenant, "person": person, "second_factor_step": 0}))


def demand_change(c: Connection, tenant: int, person: str, *, wanted: bool) -> bool:
    """Whether it has to be changed at the next sign-in; False where there is no password."""
    mine = (table.c.tenant == tenant, table.c.person == person)
    return c.execute(update(table).where(*mine).values(must_change=wanted)).rowcount == 1


def set_second_factor(c: Connection, tenant: int, person: str, sealed: bytes | None, step: int = 0) -> bool:
    """A second factor from now on, or none; False where there is no password."""
    mine = (table.c.tenant == tenant, table.c.person == person)
    values: dict[str, Any] = {"second_factor": sealed, "second_factor_step": step}
    return c.execute(update(table).where(*mine).values(values)).rowcount == 1


def use_step(c: Connection, tenant: int, person: str, step: int) -> bool:
    """Whether a time step's code is used for the first time, and no later one's was."""
    mine = (table.c.tenant == tenant, table.c.person == person, table.c.second_factor_step < step)
    return c.execute(update(table).where(*mine).values(second_factor_step=step)).rowcount == 1


def forget(c: Connection, tenant: int, person: str) -> None:
    """Nobody signs in with it any more."""
    c.execute(delete(table).where(table.c.tenant == tenant, table.c.person == person))


def hashed(password: Secret[str]) -> str:
    """Argon2id of a password that is good enough; RopewayError `password-too-weak`. Takes about 30 ms of a core."""
    check(password)
    with _AT_ONCE:
        return _HASHER.hash(password.reveal())


class Busy(Exception):  # noqa: N818 - no failure
    """More passwords are tried than can be compared. Whoever tries one may try again."""


def matches(hash_: str, password: Secret[str], network: str = "") -> bool:
    """Whether it is that password; against an empty hash nothing is, after the same time. Busy when many are tried."""
    if len(password.reveal()) > LONGEST:
        hash_ = ""
    if not WAITING.enter(network):
        raise Busy
    try:
        with _AT_ONCE:
            return _HASHER.verify(hash_ or NOBODYS, password.reveal()) and bool(hash_)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
    finally:
        WAITING.leave(network)


def check(password: Secret[str]) -> None:
    """8 to 256 characters, of three kinds at least (small, capital, digits, others), as Entra ID asks."""
    text = password.reveal()
    kinds = [
        any(c.islower() for c in text),
        any(c.isupper() for c in text),
        any(c.isdigit() for c in text),
        any(not c.isalnum() for c in text),
    ]
    if not SHORTEST <= len(text) <= LONGEST or sum(kinds) < 3 or not text.isprintable():
        raise RopewayError(Problem("password-too-weak"))


def generated() -> Secret[str]:
    """A password of 100 random bits that is easily typed, without characters that look alike."""
    letters = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")
    while True:
        parts = ["".join(secrets.choice(letters) for _ in range(6)) for _ in range(3)]
        made = Secret("-".join(parts))
        try:
            check(made)
        except RopewayError:
            continue
        return made


def tag_of(key: str, password: Secret[str]) -> str:
    """16 bits that tell whether the same wrong password came again; too few to find out which one it was."""
    said = password.reveal()[:LONGEST].encode("utf-8", "surrogatepass")
    return hmac.digest(key.encode(), said, hashlib.sha256).hex()[:4]
