"""Making, changing and deleting objects by hand, through the hub's own administration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from starlette.routing import BaseRoute

from ropeway.control.protocol import ObjectType
from ropeway.directory import Directory
from ropeway.directory.record import decoded
from ropeway.model.permissions import rule_of
from ropeway.service.graph.api import Api
from ropeway.service.graph.objects.bodies import id_of, password_of, properties_of
from ropeway.service.graph.objects.collections import LISTS, ONE, Reading
from ropeway.service.graph.objects.group_rules import check_group
from ropeway.service.graph.objects.kinds import ANY, CONTACTS, DEVICES, GROUPS, KINDS, USERS, Kind
from ropeway.service.graph.objects.me import check_own
from ropeway.service.graph.objects.passwords import NewPassword
from ropeway.service.graph.objects.privileged import check_kind, check_privileged, is_sensitive
from ropeway.service.graph.objects.reading import find
from ropeway.service.graph.objects.shapes import as_dict, told
from ropeway.service.graph.objects.together import read_together
from ropeway.service.odata.answers import Answer, changed, made, nothing
from ropeway.service.odata.refusals import body_invalid, resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.service.who import permitted

PLURALS: Mapping[Kind, ObjectType] = {USERS: "users", GROUPS: "groups", CONTACTS: "contacts", DEVICES: "devices"}
ENDS: Mapping[str, frozenset[str]] = {
    "members": frozenset({"user", "group", "contact", "device"}),
    "owners": frozenset({"user"}),
    "registeredOwners": frozenset({"user"}),
    "registeredUsers": frozenset({"user"}),
    "manager": frozenset({"user", "contact"}),
}
"""Relations that can be changed, and the types of objects at their other ends."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What is changed of directory objects."""

    api: Api
    reads: Reading

    @property
    def directory(self) -> Directory:
        """The hub of this tenant."""
        parts = self.api.parts
        return Directory(parts.database, parts.tenant, clock=parts.clock)

    def references(self) -> Sequence[BaseRoute]:
        """Links to other objects: …/$ref."""
        make = partial(resource, self.api.parts)
        routes: list[BaseRoute] = []
        for kind in KINDS:
            path = f"/v1.0/{kind.plural}"
            for name in sorted(kind.links & ENDS.keys()):
                add = Verb(partial(self.add, kind, name), body=True, act=f"add_{name}")
                drop = Verb(partial(self.drop, kind, name), act=f"remove_{name}")
                listed = Verb(partial(self.reads.references, kind, name), LISTS)
                routes.append(make(f"{path}/{{id}}/{name}/$ref", get=listed, post=add))
                routes.append(make(f"{path}/{{id}}/{name}/{{other}}/$ref", delete=drop))
            if kind.has_manager:
                put = Verb(partial(self.set_manager, kind), body=True, act="update_manager")
                drop = Verb(partial(self.drop_manager, kind), act="remove_manager")
                shown = Verb(partial(self.reads.manager_reference, kind))
                routes.append(make(f"{path}/{{id}}/manager/$ref", get=shown, put=put, delete=drop))
        return routes

    def routes(self) -> Sequence[BaseRoute]:
        """Lists and objects of every kind."""
        make = partial(resource, self.api.parts)
        routes: list[BaseRoute] = []
        for kind in KINDS:
            path, reads = f"/v1.0/{kind.plural}", self.reads
            create = Verb(partial(self.create, kind), body=True, act=f"create_{kind.name}")
            change = Verb(partial(self.change, kind), body=True, act=f"update_{kind.name}")
            delete = Verb(partial(self.delete, kind), act=f"delete_{kind.name}")
            routes.append(make(path, get=Verb(partial(reads.listed, kind), LISTS), post=create))
            shown = Verb(partial(reads.shown, kind), ONE, together=partial(read_together, kind))
            routes.append(make(f"{path}/{{id}}", get=shown, patch=change, delete=delete))
        return routes

    def create(self, kind: Kind, asked: Asked) -> Answer:
        """POST /users: 201 with what is usual of the new object."""
        properties, bound = properties_of(kind, asked.body, new=True)
        for name, ids in bound.items():
            self._check_ends(name, ids)
            properties[name] = ids
        secret = self._password(kind, asked)
        id_ = self.directory.create_object(PLURALS[kind], properties)["id"]
        if secret is not None:
            secret.keep(self.api.parts, id_)
        return made(kind.plural, self._usual(kind, id_), f"{kind.plural}/{id_}")

    def change(self, kind: Kind, asked: Asked) -> Answer:
        """PATCH /users/{id}: 204; bound members are added, all or none."""
        id_ = self._id(kind, asked)
        if asked.reach == "own":
            check_own(asked.body)
        if is_sensitive(asked.body):
            check_privileged(asked, id_)
        properties, bound = properties_of(kind, asked.body, new=False)
        if kind is GROUPS:
            if properties or bound.keys() - {"members"}:
                permitted(asked.caller, rule_of("/v1.0/groups", "POST"), "write")
            check_group(properties, self._stored(kind, id_))
        if "manager" in bound:
            self._check_ends("manager", bound["manager"])
            properties["manager"] = bound.pop("manager")
        secret = self._password(kind, asked)
        if secret is not None:
            check_kind(asked, kind, "DELETE")  # what Directory.ReadWrite.All does not do, as in Graph
            secret.check(self.api.parts, id_)
        for name, ids in bound.items():
            self._check_ends(name, ids)
        if properties or bound:
            self.directory.update_object(PLURALS[kind], id_, properties, bound)
        if secret is not None:
            secret.keep(self.api.parts, id_)
        return replace(changed(kind.plural, lambda: self._usual(kind, id_)), about=id_)

    def delete(self, kind: Kind, asked: Asked) -> Answer:
        """DELETE /users/{id}: into the recycle bin."""
        id_ = self._id(kind, asked)
        check_privileged(asked, id_)
        self.directory.delete_object(PLURALS[kind], id_)
        return replace(nothing(), about=id_)

    def add(self, kind: Kind, name: str, asked: Asked) -> Answer:
        """POST /groups/{id}/members/$ref."""
        id_, other = self._id(kind, asked), _referred(asked.body)
        self._check_ends(name, [other])
        self.directory.link(PLURALS[kind], id_, name, [other])
        return _linked(id_, name, other)

    def drop(self, kind: Kind, name: str, asked: Asked) -> Answer:
        """DELETE /groups/{id}/members/{other}/$ref."""
        id_, other = self._id(kind, asked), asked.key("other").lower()
        if not self.directory.unlink(PLURALS[kind], id_, name, other):
            raise resource_unknown(other)
        return _linked(id_, name, other)

    def set_manager(self, kind: Kind, asked: Asked) -> Answer:
        """PUT /users/{id}/manager/$ref."""
        id_, manager = self._id(kind, asked), _referred(asked.body)
        self._check_ends("manager", [manager])
        self.directory.update_object(PLURALS[kind], id_, {"manager": [manager]})
        return _linked(id_, "manager", manager)

    def drop_manager(self, kind: Kind, asked: Asked) -> Answer:
        """DELETE /users/{id}/manager/$ref."""
        self.directory.update_object(PLURALS[kind], self._id(kind, asked), {"manager": None})
        return nothing()

    def _password(self, kind: Kind, asked: Asked) -> NewPassword | None:
        profile = password_of(kind, asked.body)
        return NewPassword.of(profile) if profile is not None else None

    def _id(self, kind: Kind, asked: Asked) -> str:
        with asked.parts.database.read() as c:
            return find(c, asked.parts.tenant, kind, asked.key()).id

    def _stored(self, kind: Kind, id_: str) -> dict[str, Any]:
        with self.api.parts.database.read() as c:
            return decoded(find(c, self.api.parts.tenant, kind, id_).properties)

    def _usual(self, kind: Kind, id_: str) -> dict[str, Any]:
        parts = self.api.parts
        with parts.database.read() as c:
            return as_dict(told(kind, [find(c, parts.tenant, kind, id_)], ())[0])

    def _check_ends(self, name: str, ids: Sequence[str]) -> None:
        parts = self.api.parts
        with parts.database.read() as c:
            for id_ in ids:
                if find(c, parts.tenant, ANY, id_).type not in ENDS[name]:
                    raise body_invalid(name, "The reference target is not of a valid type for this reference")


def _linked(id_: str, name: str, other: str) -> Answer:
    """204; both ends are on record."""
    return replace(nothing(), about=id_, details={name: other})


def _referred(body: Any) -> str:
    """The id in a body `{"@odata.id": "…/directoryObjects/{id}"}`."""
    reference: Any = body.get("@odata.id") if isinstance(body, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - checked below
    return id_of("@odata.id", reference)
