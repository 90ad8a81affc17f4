"""A user's password, as Graph takes one: `passwordProfile`."""

from __future__ import annotations

from dataclasses import dataclass

from ropeway.directory import people
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.service.graph.objects.bodies import PasswordProfile
from ropeway.service.odata.refusals import body_invalid
from ropeway.service.parts import Parts
from ropeway.store import passwords


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What a request says of a password, good enough to be kept."""

    hash: str
    """Empty: the password stays, and only whether it must be changed is said."""
    must_change: bool

    @staticmethod
    def of(profile: PasswordProfile) -> NewPassword:
        """RopewayError `password-too-weak`; where nothing is said, a new password must be changed at first."""
        said = (profile.force_change_password_next_sign_in, profile.force_change_password_next_sign_in_with_mfa)
        must_change = True if said == (None, None) else True in said
        return NewPassword(passwords.hashed(Secret(profile.password)) if profile.password else "", must_change)

    def check(self, parts: Parts, person: str) -> None:
        """RopewayError where the user's password is not kept here, or where there is none that could be changed."""
        with parts.database.read() as c:
            found = people.by_id(c, parts.tenant, person)
            kept = passwords.find(c, parts.tenant, person)
        if found is not None and found.synchronised:
            raise RopewayError(Problem("password-of-premises", object=found.upn))
        if not self.hash and kept is None:
            raise body_invalid("passwordProfile.password", "a value is required: the user has no password yet")

    def keep(self, parts: Parts, person: str) -> None:
        """Put it in the place of the one before."""
        with parts.database.write() as c:
            if self.hash:
                passwords.replace(c, parts.tenant, person, self.hash, must_change=self.must_change, now=parts.clock())
            else:
                passwords.demand_change(c, parts.tenant, person, wanted=self.must_change)
