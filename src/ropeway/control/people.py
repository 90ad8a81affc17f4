"""People who sign in, for administrators: their passwords, and what they were given."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from ropeway.control.protocol import PasswordView, SecondFactorView
from ropeway.control.running import trouble
from ropeway.directory import people
from ropeway.directory.people import Person
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.secret import Secret
from ropeway.store import families, passwords
from ropeway.store.database import Database


class People:
    """The people of a tenant."""

    def __init__(self, database: Database, tenant: int, clock: Callable[[], float]) -> None:
        self._db, self._tenant, self._clock = database, tenant, clock

    def set_password(self, user: str, password: Secret[str] | None, *, must_change: bool) -> PasswordView:
        """A password that was chosen, or one that is made here and shown this once; it ends all sign-ins of before."""
        with trouble(), self._db.read() as c:
            person = self._cloud_only(c, user)
        chosen = password if password is not None else passwords.generated()
        hash_ = passwords.hashed(chosen)
        with trouble(), self._db.write() as c:
            passwords.replace(c, self._tenant, person.id, hash_, must_change=must_change, now=self._clock())
        shown_once = "" if password is not None else chosen.reveal()
        return PasswordView(user=person.upn, password=shown_once, must_change=must_change)

    def set_second_factor(self, user: str, *, wanted: bool) -> SecondFactorView:
        """Who has one keeps it; who shall have one signs in again, and sets it up then. The key is nobody else's."""
        with trouble(), self._db.write() as c:
            person = self._cloud_only(c, user)
            kept = passwords.find(c, self._tenant, person.id)
            if kept is None:
                raise RopewayError(Problem("password-missing", object=person.upn))
            if wanted and kept.second_factor:
                return SecondFactorView(user=person.upn, second_factor="set up")
            passwords.set_second_factor(c, self._tenant, person.id, passwords.WANTED if wanted else None)
            if wanted:
                families.end_all(c, self._tenant, person.id)
        return SecondFactorView(user=person.upn, second_factor="wanted" if wanted else "none")

    def end_sign_ins(self, user: str) -> None:
        """Refresh tokens, codes and browser sessions of a person are worth nothing any more."""
        with trouble(), self._db.write() as c:
            families.end_all(c, self._tenant, self._person(c, user).id)

    def _person(self, c: Connection, named: str) -> Person:
        found = people.by_upn(c, self._tenant, named) or people.by_id(c, self._tenant, named)
        if found is None:
            raise RopewayError(Problem("object-unknown", value=shown(named), details={"type": "user"}))
        return found

    def _cloud_only(self, c: Connection, named: str) -> Person:
        person = self._person(c, named)
        if person.synchronised:
            raise RopewayError(Problem("password-of-premises", object=person.upn))
        return person
