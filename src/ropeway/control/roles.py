"""Directory roles, for administrators: who has which."""

from __future__ import annotations

from collections.abc import Callable

from ropeway.control.protocol import RoleMemberView, RoleView
from ropeway.control.running import trouble
from ropeway.directory import Directory
from ropeway.directory.definition import ADMINISTRATORS_ONLY
from ropeway.model.permissions import ROLES
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.store import roles
from ropeway.store.database import Database


class Roles:
    """The directory roles of a tenant. Whoever has one is protected from being matched by name or address."""

    def __init__(self, database: Database, tenant: int, clock: Callable[[], float]) -> None:
        self._db, self._tenant, self._clock = database, tenant, clock

    def every(self) -> list[RoleView]:
        """All of them, with their members."""
        return [self._view(name) for name in ROLES]

    def assign(self, role: str, user: str) -> RoleView:
        """Give a role to a user, who is protected before; RopewayError `role-assigned-already`."""
        name, (id_, upn) = role_named(role), self._user(user)
        self._protect(id_, has=True)
        with trouble(), self._db.write() as c:
            if not roles.assign(c, self._tenant, name, id_, self._clock()):
                raise RopewayError(Problem("role-assigned-already", upn, value=name))
        return self._view(name)

    def withdraw(self, role: str, user: str) -> RoleView:
        """Take a role away; RopewayError `role-not-assigned`. The user may be deleted by now."""
        name = role_named(role)
        id_ = user if self._has(name, user) else self._user(user)[0]
        with trouble(), self._db.write() as c:
            if not roles.withdraw(c, self._tenant, name, id_):
                raise RopewayError(Problem("role-not-assigned", shown(user), value=name))
            others = bool(roles.of(c, self._tenant, id_))
        self._protect(id_, has=others)
        return self._view(name)

    def _directory(self) -> Directory:
        return Directory(self._db, self._tenant, clock=self._clock)

    def _has(self, name: str, id_: str) -> bool:
        with trouble(), self._db.read() as c:
            return name in roles.of(c, self._tenant, id_)

    def _user(self, named: str) -> tuple[str, str]:
        found = self._directory().show_object("users", named)
        return found["id"], str(found.get("userPrincipalName", named))

    def _protect(self, id_: str, *, has: bool) -> None:
        try:
            self._directory().update_object("users", id_, {ADMINISTRATORS_ONLY.name: has or None})
        except RopewayError as error:
            if error.problem.code != "object-unknown":
                raise

    def _view(self, name: str) -> RoleView:
        with trouble(), self._db.read() as c:
            ids = roles.members(c, self._tenant, name)
        return RoleView(name=name, template_id=ROLES[name], members=tuple(self._member(id_) for id_ in ids))

    def _member(self, id_: str) -> RoleMemberView:
        try:
            return RoleMemberView(id=id_, user=self._user(id_)[1])
        except RopewayError:
            return RoleMemberView(id=id_, user="")


def role_named(text: str) -> str:
    """A role by its name, in any case of letters, or by its template's id; RopewayError `role-unknown`."""
    wanted = text.strip().lower()
    found = next((name for name, id_ in ROLES.items() if wanted in (name.lower(), id_)), None)
    if found is None:
        raise RopewayError(Problem("role-unknown", value=shown(text), details={"roles": ", ".join(ROLES)}))
    return found
