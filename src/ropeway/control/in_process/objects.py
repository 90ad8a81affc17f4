"""The directory: objects, people, roles, domains, switches."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from ropeway.control import switches
from ropeway.control.attribute_stories import job_names
from ropeway.control.giving_back import tell_anew
from ropeway.control.in_process.lives import Lives
from ropeway.control.protocol import (
    DomainView,
    Limit,
    ObjectType,
    PasswordView,
    RoleView,
    SecondFactorView,
    SynchronizationChange,
    SynchronizationView,
)
from ropeway.control.running import trouble
from ropeway.model.anchors import Anchor
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.store import agenda, jobs
from ropeway.store.jobs import JobRow


class Objects(Lives):
    """Implements `DirectoryCalls` and `PeopleCalls`."""

    def list_objects(
        self, type_: ObjectType, *, contains: str | None = None, deleted: bool = False, limit: Limit = 100
    ) -> Sequence[dict[str, Any]]:
        return self._directory.list_objects(type_, contains=contains, deleted=deleted, limit=limit)

    def show_object(self, type_: ObjectType, identifier: str) -> dict[str, Any]:
        return self._with_names(self._directory.show_object(type_, identifier))

    def create_object(self, type_: ObjectType, properties: dict[str, Any]) -> dict[str, Any]:
        return self._with_names(self._directory.create_object(type_, properties))

    def update_object(self, type_: ObjectType, identifier: str, properties: dict[str, Any]) -> dict[str, Any]:
        return self._with_names(self._directory.update_object(type_, identifier, properties))

    def delete_object(self, type_: ObjectType, identifier: str, *, for_good: bool = False) -> None:
        if for_good:
            self._directory.delete_for_good(type_, identifier)
        else:
            self._directory.delete_object(type_, identifier)

    def restore_object(self, type_: ObjectType, identifier: str) -> dict[str, Any]:
        return self._with_names(self._directory.restore_object(type_, identifier))

    def manage_object(self, type_: ObjectType, identifier: str, *, in_cloud: bool) -> dict[str, Any]:
        if in_cloud:
            self._directory.manage_in_cloud(type_, identifier)
        elif self._directory.is_cloud_managed(type_, identifier):
            self._give_back(type_, identifier)
        return self.show_object(type_, identifier)

    def _give_back(self, type_: ObjectType, identifier: str) -> None:
        """What jobs said meanwhile counts at once, but for links: its jobs tell these anew."""
        given = self._directory.manage_on_premises(type_, identifier)
        if not given:
            raise RopewayError(Problem("nobody-to-master", object=identifier))
        with trouble(), self._db.read() as c:
            rows = {row.number: row for row in jobs.every(c, self._tenant)}
        for number, anchor in sorted(given):
            if number in rows:
                self._tell_anew(rows[number], Anchor(anchor), type_, identifier)

    def _tell_anew(self, row: JobRow, anchor: Anchor, type_: ObjectType, identifier: str) -> None:
        keep = partial(self._directory.keep_links, type_, identifier, row.number)
        try:
            with trouble():
                tell_anew(self._db, self._tenant, row, anchor, keep)
        except RopewayError as error:
            if error.problem.code != "job-is-running":
                raise
            self._lifecycle.restart(row.id, ["ConnectorDataStore"])  # by the next cycle, of everything
        else:
            with trouble(), self._db.write() as c:
                agenda.hurry(c, row.number)

    def _with_names(self, found: dict[str, Any]) -> dict[str, Any]:
        """An object whose contributions name their jobs."""
        with trouble(), self._db.read() as c:
            names = job_names({row.number: row.name for row in jobs.every(c, self._tenant)})
        told = [one | {"job": names.get(one["job"], str(one["job"]))} for one in found["contributions"]]
        return found | {"contributions": told}

    def set_password(self, user: str, password: Secret[str] | None = None, *, must_change: bool = True) -> PasswordView:
        return self._people.set_password(user, password, must_change=must_change)

    def set_second_factor(self, user: str, *, wanted: bool = True) -> SecondFactorView:
        return self._people.set_second_factor(user, wanted=wanted)

    def end_sign_ins(self, user: str) -> None:
        self._people.end_sign_ins(user)

    def roles(self) -> Sequence[RoleView]:
        return self._roles.every()

    def assign_role(self, role: str, user: str) -> RoleView:
        return self._roles.assign(role, user)

    def withdraw_role(self, role: str, user: str) -> RoleView:
        return self._roles.withdraw(role, user)

    def domains(self) -> Sequence[DomainView]:
        return self._domains.every()

    def add_domain(self, name: str) -> DomainView:
        return self._domains.add(name)

    def verify_domain(self, name: str) -> DomainView:
        return self._domains.verify(name)

    def remove_domain(self, name: str) -> None:
        self._domains.remove(name)

    def synchronization(self) -> SynchronizationView:
        return switches.view_of(self._directory.features())

    def change_synchronization(self, change: SynchronizationChange) -> SynchronizationView:
        before = self._directory.features()
        wanted = switches.changed(before, change)
        with trouble(), self._db.read() as c:
            rows = jobs.every(c, self._tenant)
        if before.off and not wanted.off:  # asked for before anything can run
            for row in rows:
                if switches.is_of_premises(row.settings.source):
                    self._lifecycle.restart(row.id, ["ConnectorDataStore"])
        self._directory.set_features(wanted)
        self._directory.release()
        for row in rows:
            if switches.is_about_deletions(change):
                self.guard_job(row.id, switches.guarded(row.settings.guards, wanted))
            if change.enabled:
                with trouble(), self._db.write() as c:
                    agenda.hurry(c, row.number)
        return switches.view_of(wanted)
