"""Anchors by DN, for references that a server names without a GUID; a bounded memory of recent answers."""

from __future__ import annotations

from collections import OrderedDict

from ropeway.connectors.active_directory import controls
from ropeway.connectors.active_directory.connection import Connection
from ropeway.model.anchors import Anchor, guid_from_bytes

REMEMBERED = 10_000


class Names:
    """Looks objects up by DN, deleted ones included."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: OrderedDict[str, Anchor] = OrderedDict()

    def anchor(self, dn: str) -> Anchor | None:
        """The objectGUID behind a DN, or None where there is nothing to see."""
        key = dn.lower()
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        entry = self._connection.object(dn, ["objectGUID"], [controls.show_deleted()]) if dn else None
        values = entry[1].get("objectGUID") if entry else None
        if not values:
            return None
        self._known[key] = guid_from_bytes(values[0])
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return self._known[key]

    def forget(self) -> None:
        """Names may mean other objects by now."""
        self._known.clear()
