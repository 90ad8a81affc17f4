"""What is done to a user's sign-ins: their end, and a password that the person changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from ropeway.directory import people
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.kinds import USERS
from ropeway.service.graph.objects.privileged import check_privileged
from ropeway.service.graph.objects.reading import find
from ropeway.service.identity.errors import Refusal
from ropeway.service.identity.passwords import Passwords
from ropeway.service.odata.answers import Answer, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import families, passwords


class Change(Body, frozen=True):
    """The body of changePassword."""

    current_password: str
    new_password: str

    def __repr__(self) -> str:
        return "Change(…)"


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Sign-ins of users."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """Below each user, and so below /me."""
        make = partial(resource, self.api.parts, "/v1.0/users/{id}/revokeSignInSessions")
        change = Verb(self.change, body=True, act="change_password")
        return [
            make(post=Verb(self.revoke, act="end_sign_ins")),
            resource(self.api.parts, "/v1.0/users/{id}/changePassword", post=change),
        ]

    def revoke(self, asked: Asked) -> Answer:
        """POST /users/{id}/revokeSignInSessions: refresh tokens, codes and browser sessions are over."""
        parts = asked.parts
        with parts.database.read() as c:
            id_ = find(c, parts.tenant, USERS, asked.key()).id
        check_privileged(asked, id_)
        with parts.database.write() as c:
            families.end_all(c, parts.tenant, id_)
        return one("Edm.Boolean", {"value": True}, is_entity=False)

    def change(self, asked: Asked) -> Answer:
        """POST /me/changePassword: 204; guessing locks it as it locks the sign-in."""
        said, parts = asked.shaped(Change), asked.parts
        with parts.database.read() as c:
            person = people.by_id(c, parts.tenant, find(c, parts.tenant, USERS, asked.key()).id)
        if person is None:
            raise resource_unknown(asked.key())
        if person.synchronised:
            raise RopewayError(Problem("password-of-premises", object=person.upn))
        address = asked.request.client.host if asked.request.client else ""
        try:
            Passwords(parts.database, parts.tenant, parts.clock).check(person, Secret(said.current_password), address)
        except Refusal as refusal:
            raise HTTPException(400, f"The current password cannot be taken: AADSTS{refusal.number}.") from None
        hash_ = passwords.hashed(Secret(said.new_password))
        with parts.database.write() as c:
            passwords.replace(c, parts.tenant, person.id, hash_, must_change=False, now=parts.clock())
        return nothing()
