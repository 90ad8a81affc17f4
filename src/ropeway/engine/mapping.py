"""Stage 4: the attributes an object shall have in the target."""

from __future__ import annotations

from dataclasses import dataclass

from ropeway.engine.records import Entry
from ropeway.model.names import domain_name, short_name
from ropeway.model.values import Attributes, unpack
from ropeway.rules.definitions import CATEGORY


@dataclass(frozen=True, slots=True)
class Setting:
    """What is the same for all objects of a cycle."""

    now: int
    """FILETIME."""
    connector: str = ""
    """The job's id; empty where rules are tried without a job."""


def source_attributes(entry: Entry, dn: str, setting: Setting) -> Attributes:
    """An entry's attributes, and the ones that no server sends: its DN, anchor, domain, forest, job, and the time.

    Short names are those that the source told, else the first labels of the long ones. The forest is the one whose
    schema the objectCategory is in ([MS-ADTS] 3.1.1.2.4.2), else the domain by itself.
    """
    attributes = unpack(entry.attributes)
    attributes["distinguishedName"] = dn
    attributes["objectGUID"] = entry.anchor
    attributes["sourceAnchor"] = entry.source_anchor
    attributes["domainFQDN"] = domain = domain_name(dn)
    short = attributes.setdefault("domainNetBios", short_name(domain))
    category = attributes.get(CATEGORY)
    forest = (domain_name(category) if type(category) is str else "") or domain
    attributes["forestFQDN"] = forest
    attributes.setdefault("forestNetBios", short if forest == domain else short_name(forest))
    if setting.connector:
        attributes["connectorId"] = setting.connector
    attributes["now"] = setting.now
    return attributes
