"""Whether somebody who says a name and a password is that person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ropeway.directory import people
from ropeway.directory.people import Person
from ropeway.model.secret import Secret
from ropeway.model.values import compare_key
from ropeway.service.identity.errors import Refusal
from ropeway.store import families, lockouts, passwords
from ropeway.store.database import Database
from ropeway.store.passwords import Password


@dataclass(frozen=True, slots=True)
class Passwords:
    """The passwords of a tenant's people, with lock-out."""

    database: Database
    tenant: int
    clock: Callable[[], float]

    def person(self, upn: str) -> Person | None:
        """Whoever is called so."""
        with self.database.read() as c:
            return people.by_upn(c, self.tenant, upn)

    def check(self, who: Person | str, password: Secret[str], address: str) -> Password:
        """What is kept of the person's password, when this is it; a user name that nobody has is refused alike.

        Refusal 50126 for a wrong one, 50053 while guessing is locked, 50057 for a person who is disabled, 90033 when
        too many are tried at once. Whether the password must be changed, or is not enough, is for the caller to see.
        """
        now = self.clock()
        id_ = who.id if isinstance(who, Person) else lockouts.nobody(compare_key(who))
        of_premises = isinstance(who, Person) and who.synchronised  # one from before cannot be changed any more
        with self.database.read() as c:
            kept = None if of_premises else passwords.find(c, self.tenant, id_)
            known = lockouts.is_known(c, self.tenant, id_, address, now)
            before = lockouts.find(c, self.tenant, id_, known_place=known)
        if before.until > now:
            raise Refusal(50053)
        try:
            right = passwords.matches(kept.hash if kept else "", password, lockouts.network_of(address))
        except passwords.Busy:
            raise Refusal(90033) from None
        with self.database.write() as c:
            families.hold(c, self.tenant, id_)
            before = lockouts.find(c, self.tenant, id_, known_place=known)
            if not right:
                tag = passwords.tag_of(kept.hash if kept else id_, password)
                lockouts.count(c, self.tenant, id_, tag, now, known_place=known)
            elif before.until <= now and kept and not kept.second_factor:  # else wrong codes go on being counted
                lockouts.welcome(c, self.tenant, id_, address, now, known_place=known)
        if not right or kept is None or isinstance(who, str):
            raise Refusal(50126, reason=50126 if kept else 50056 if isinstance(who, Person) else 50034)
        if before.until > now:
            raise Refusal(50053)
        if not who.enabled:
            raise Refusal(50057)
        return kept

    def is_same(self, kept: Password, new: Secret[str]) -> bool:
        """Whether a new password is the one before; one that nobody has time to compare is taken for another."""
        try:
            return passwords.matches(kept.hash, new)
        except passwords.Busy:
            return False
