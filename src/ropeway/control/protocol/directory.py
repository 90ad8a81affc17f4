"""The directory: its objects, domains and switches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import msgspec

from ropeway.control.protocol.common import Limit
from ropeway.model.directory import DomainView, ObjectType
from ropeway.model.job import Prevention


class SynchronizationView(msgspec.Struct, frozen=True, kw_only=True):
    """Directory synchronization of the tenant as a whole."""

    enabled: bool
    """Whether jobs may run."""
    prevention: Prevention
    """What makes many deletions an accident, which waits for approval."""
    alert_threshold: int
    block_soft_match: bool
    block_hard_takeover: bool
    soft_match_on_upn: bool


class SynchronizationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be otherwise; None stays."""

    enabled: bool | None = None
    prevention: Prevention | None = None
    alert_threshold: int | None = None
    block_soft_match: bool | None = None
    block_hard_takeover: bool | None = None
    soft_match_on_upn: bool | None = None


class DirectoryCalls(Protocol):
    """The tenant's directory."""

    def list_objects(
        self, type_: ObjectType, *, contains: str | None = None, deleted: bool = False, limit: Limit = 100
    ) -> Sequence[dict[str, Any]]:
        """Objects with Graph's property names, by displayName."""
        ...

    def show_object(self, type_: ObjectType, identifier: str) -> dict[str, Any]:
        """By id, UPN, mail or mailNickname; with manager, members, memberOf, contributions and withheld values."""
        ...

    def create_object(self, type_: ObjectType, properties: dict[str, Any]) -> dict[str, Any]: ...
    def update_object(self, type_: ObjectType, identifier: str, properties: dict[str, Any]) -> dict[str, Any]:
        """What is mastered on premises is refused, with the place to change it."""
        ...

    def delete_object(self, type_: ObjectType, identifier: str, *, for_good: bool = False) -> None:
        """Into the recycle bin, for 30 days; or past it, or out of it, for good."""
        ...

    def restore_object(self, type_: ObjectType, identifier: str) -> dict[str, Any]: ...
    def manage_object(self, type_: ObjectType, identifier: str, *, in_cloud: bool) -> dict[str, Any]:
        """Make the cloud master of an object whatever its job says, or the job again (Graph: isCloudManaged)."""
        ...

    def domains(self) -> Sequence[DomainView]: ...
    def add_domain(self, name: str) -> DomainView: ...
    def verify_domain(self, name: str) -> DomainView:
        """By its TXT record, or by the administrator's word where nobody else can be meant."""
        ...

    def remove_domain(self, name: str) -> None:
        """Users with names in it are called after their mailNickname at the initial domain."""
        ...

    def synchronization(self) -> SynchronizationView:
        """Whether it is activated, and its switches."""
        ...

    def change_synchronization(self, change: SynchronizationChange) -> SynchronizationView:
        """Change switches; the guards of every job follow from what counts as an accident."""
        ...
