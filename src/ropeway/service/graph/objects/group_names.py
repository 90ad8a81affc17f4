"""validateProperties: whether a group may be called so, before it is made or changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from starlette.routing import BaseRoute

from ropeway.directory import tables
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.group_rules import is_name
from ropeway.service.graph.objects.indexes import held
from ropeway.service.graph.objects.kinds import GROUPS
from ropeway.service.graph.objects.reading import find
from ropeway.service.http.errors import Detail, Unfit
from ropeway.service.odata.answers import Answer, nothing
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.refusals import body_invalid
from ropeway.service.odata.resource import Asked, Verb, resource

_o = tables.object_.c


class Names(Body, frozen=True):
    """What a group is to be called; one of the two at least."""

    display_name: str | None = None
    mail_nickname: str | None = None
    on_behalf_of_user_id: UUID | None = None


class NewNames(Names, frozen=True):
    """The same of a group that is to be made."""

    entity_type: str | None = None


@dataclass(frozen=True, slots=True)
class GroupNames:
    """The functions, of a new group and of one that is there."""

    api: Api

    def routes(self) -> Sequence[BaseRoute]:
        """One for each."""
        parts = self.api.parts
        of_new, of_one = Verb(self.of_new, body=True), Verb(self.of_one, body=True)
        return [
            resource(parts, "/v1.0/directoryObjects/validateProperties", post=of_new),
            resource(parts, "/v1.0/groups/{id}/validateProperties", post=of_one),
        ]

    def of_new(self, asked: Asked) -> Answer:
        """POST /directoryObjects/validateProperties: 204 where a group may be called so, else 422."""
        said = asked.shaped(NewNames)
        if said.entity_type not in ("Group", "group"):
            raise body_invalid("entityType", "Group is the only type whose names are checked")
        return self._checked(asked, said)

    def of_one(self, asked: Asked) -> Answer:
        """POST /groups/{id}/validateProperties: 204 where the group may be called so, else 422."""
        said = asked.shaped(Names)
        with asked.parts.database.read() as c:
            number = find(c, asked.parts.tenant, GROUPS, asked.key()).number
        return self._checked(asked, said, number)

    def _checked(self, asked: Asked, said: Names, number: int = 0) -> Answer:
        if said.display_name is None and said.mail_nickname is None:
            raise body_invalid("displayName", "displayName or mailNickname is required")
        if found := [*_unwritable(said), *self._taken(asked, said.mail_nickname, number)]:
            raise Unfit(found)
        return nothing()

    def _taken(self, asked: Asked, nickname: str | None, number: int) -> Iterator[Detail]:
        tenant = asked.parts.tenant
        named = held(tenant, "mailNickname", nickname, starts=False, lookups=False) if nickname else None
        if named is None:
            return
        others = select(_o.number).where(named, _o.tenant == tenant, _o.type == GROUPS.stored, _o.deleted.is_(None))
        with asked.parts.database.read() as c:
            if c.execute(others.where(_o.number != number).limit(1)).first():
                words = "Another object with the same value for property mailNickname already exists."
                yield Detail("PropertyConflict", words, "mailNickname")


def _unwritable(said: Names) -> Iterator[Detail]:
    for name, value in (("displayName", said.display_name), ("mailNickname", said.mail_nickname)):
        if value is not None and not is_name(name, value):
            yield Detail("InvalidValue", f"Invalid value specified for property '{name}' of resource 'Group'.", name)
