"""What every resource of Graph's shape shares: the service's parts, long calls, and the ids of this tenant."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable
from uuid import UUID

import msgspec
from sqlalchemy import select

from ropeway.control.calls import FOLLOWED
from ropeway.model.graph_ids import Ids
from ropeway.model.permissions import AS_THE_PERSON
from ropeway.model.prepared import prepared
from ropeway.service.http.auditing import only_looked
from ropeway.service.odata.answers import Answer
from ropeway.service.odata.negotiation import ASYNC
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.odata.resource import Asked
from ropeway.service.parts import Parts
from ropeway.store.errands import Asker
from ropeway.store.metadata import tenant
from ropeway.store.tokens import TokenRow

T = TypeVar("T")

Long = Callable[[str, dict[str, Any], str], object]
"""A call of Control that reads a source or takes long: the method, its arguments by name, and who asks for it."""


@runtime_checkable
class Begins(Protocol):
    """Long calls that can be begun and followed as errands."""

    def begin(self, method: str, arguments: Mapping[str, Any], asker: Asker, /) -> int:
        """The number of the errand."""
        ...


DISPLAY_NAME = "Ropeway"


def directly(parts: Parts) -> Long:
    """Long calls made here and now. A service with workers gives its errands instead."""

    def call(method: str, arguments: dict[str, Any], _asked_by: str) -> object:
        return getattr(parts.control, method)(**arguments)

    return call


@dataclass(slots=True)
class Api:
    """The parts that resources are made of."""

    parts: Parts
    long: Long
    _ids: Ids | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ids(self) -> Ids:
        """Ids of this tenant, read at the first request: they never change."""
        with self._lock:
            if self._ids is None:
                with self.parts.database.read() as c:
                    self._ids = Ids(UUID(c.scalar(select(tenant.c.id).where(tenant.c.number == self.parts.tenant))))
            return self._ids

    def call(self, who: TokenRow, method: str, kind: type[T], **arguments: Any) -> T:
        """A long call, and its answer as this type, however it travelled."""
        found = self.long(method, arguments, who.subject)
        return found if isinstance(found, kind) else msgspec.convert(found, prepared(kind))

    def later(self, asked: Asked, method: str, **arguments: Any) -> Answer | None:
        """202 with the place of an errand, where the client prefers that (RFC 7240 4.1) and may follow one.

        None: the client waits for the answer.
        """
        power = asked.caller.power
        follows = power is None or (power.roles is not None and AS_THE_PERSON in power.permissions)
        if not (asked.form.is_async and follows and isinstance(self.long, Begins)):
            return None
        asker = Asker(asked.who.subject, asked.request.scope.get("ropeway.request", ""), asked.caller.person)
        number = self.long.begin(method, arguments, asker)
        only_looked(asked.request)  # its worker tells of it, which has its outcome
        return Answer(
            status=202, location=f"ropeway/{FOLLOWED.format(number=number)}", headers={"Preference-Applied": ASYNC}
        )

    def check_principal(self, id_: str) -> None:
        """RopewayError `resource-unknown` for a service principal that is none of this tenant; its appId will do."""
        if id_.lower() not in (self.ids.service_principal, self.ids.application):
            raise resource_unknown(id_)

    def remove_agent(self, id_: str) -> None:
        """End what an agent may do: its certificate is refused from now on, and its sessions end at once."""
        self.parts.control.remove_agent(id_)
