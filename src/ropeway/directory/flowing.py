"""Attributes that do not simply replace what a job said before: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ropeway.directory.computed import Contribution
from ropeway.directory.record import Record
from ropeway.model.changes import Desired, Mode


def flowing(
    attributes: Desired, flows: Mapping[str, str], before: Contribution | None, record: Record, *, new: bool
) -> Desired:
    """What a contribution says after this, given what it said before: of a new object, and of one that was there.

    Once: only of a new object. Add: what it said before, too. Fill: what it wrote stays, as long as it shows.
    """
    said = before.attributes if before is not None else {}
    found = dict(attributes)
    for name in attributes.keys() & flows.keys():
        mode, held = flows[name], said.get(name)
        if mode == Mode.ADD and isinstance(held, list):
            together: list[Any] = [*held]
            together += (value for value in found[name] or () if value not in held)
            found[name] = together
        elif mode == Mode.FILL and held is not None and record.state.properties.get(name) == held:
            found[name] = held
        elif mode == Mode.ONCE and not new:
            found[name] = held
            if held is None:
                del found[name]
    return found
