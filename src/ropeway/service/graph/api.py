"""What every resource of Graph's shape shares: the service's parts, long calls, and the ids of this tenant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import select

from ropeway.model.graph_ids import Ids
from ropeway.model.prepared import prepared
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.parts import Parts
from ropeway.store.metadata import tenant
from ropeway.store.tokens import TokenRow

T = TypeVar("T")

Long = Callable[[str, dict[str, Any], str], object]
"""A call of Control that reads a source or takes long: the method, its arguments by name, and who asks for it."""

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

    def check_principal(self, id_: str) -> None:
        """RopewayError `resource-unknown` for a service principal that is none of this tenant; its appId will do."""
        if id_.lower() not in (self.ids.service_principal, self.ids.application):
            raise resource_unknown(id_)

    def remove_agent(self, id_: str) -> None:
        """End what an agent may do: its certificate is refused from now on, and its sessions end at once."""
        self.parts.control.remove_agent(id_)
