"""Stage 4: the attributes an object shall have in the target."""

from __future__ import annotations

from dataclasses import dataclass

from ropeway.engine.records import Entry
from ropeway.model.names import domain_name
from ropeway.model.values import Attributes, unpack


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for all objects of a cycle."""

    now: int
    """FILETIME."""


def source_attributes(entry: Entry, dn: str, setting: Setting) -> Attributes:
    """An entry's attributes, and the ones that no server sends: its DN, anchor, domain, and the time."""
    attributes = unpack(entry.attributes)
    attributes["distinguishedName"] = dn
    attributes["objectGUID"] = entry.anchor
    attributes["sourceAnchor"] = entry.source_anchor
    attributes["domainFQDN"] = domain = domain_name(dn)
    attributes.setdefault("domainNetBios", domain.partition(".")[0].upper())
    attributes["now"] = setting.now
    return attributes
