"""Whether somebody who says a name and a password is that person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ropeway.directory import people
from ropeway.directory.people import Person
from ropeway.model.secret import Secret
from ropeway.service.identity.errors import Refusal
from ropeway.store import lockouts, passwords
from ropeway.store.database import Database
from ropeway.store.passwords import Password


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of a tenant's people, with lock-out."""

    database: Database
    tenant: int
    clock: Callable[[], float]

    def person(self, upn: str) -> Person:
        """Whoever is called so; Refusal 50034."""
        with self.database.read() as c:
            found = people.by_upn(c, self.tenant, upn)
        if found is None:
            raise Refusal(50034, upn)
        return found

    def check(self, person: Person, password: Secret[str], address: str) -> Password:
        """What is kept of the person's password, when this is it.

        Refusal 50126 for a wrong one, 50053 while guessing is locked, 50056 where there is none, 50057 for a person who
        is disabled, 90033 when too many are tried at once. Whether the password must be changed, or is not enough, is
        for the caller to see.
        """
        now = self.clock()
        with self.database.read() as c:
            kept = passwords.find(c, self.tenant, person.id)
            known = lockouts.is_known(c, self.tenant, person.id, address, now)
            before = lockouts.find(c, self.tenant, person.id, known_place=known)
        if before.until > now:
            raise Refusal(50053)
        if kept is None:
            raise Refusal(50056)
        try:
            right = passwords.matches(kept.hash, password)
        except passwords.Busy:
            raise Refusal(90033) from None
        with self.database.write() as c:
            passwords.hold(c, self.tenant, person.id)
            before = lockouts.find(c, self.tenant, person.id, known_place=known)
            if not right:
                after = lockouts.after(before, passwords.tag_of(kept.hash, password), now)
                lockouts.keep(c, self.tenant, person.id, after, known_place=known)
            elif before.until <= now and not kept.second_factor:  # else wrong codes go on being counted
                lockouts.welcome(c, self.tenant, person.id, address, now, known_place=known)
        if not right:
            raise Refusal(50126)
        if before.until > now:
            raise Refusal(50053)
        if not person.enabled:
            raise Refusal(50057)
        return kept

    def is_same(self, kept: Password, new: Secret[str]) -> bool:
        """Whether a new password is the one before; one that nobody has time to compare is taken for another."""
        try:
            return passwords.matches(kept.hash, new)
        except passwords.Busy:
            return False
