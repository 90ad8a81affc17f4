"""Links that follow from security identifiers among an object's attributes: primary group, creator of a computer.

The other end is named as a target knows it, `sid:S-1-5-…`, like a foreign security principal; nobody looks it up here.
"""

from __future__ import annotations

from collections.abc import Iterable

from ropeway.model.anchors import Anchor
from ropeway.model.pages import Links
from ropeway.model.values import Attributes
from ropeway.rules import SECURITY_ID_REFERENCES


def references_among(names: Iterable[str]) -> frozenset[str]:
    """Those of a rule's reference attributes that are told by security identifier."""
    return frozenset(names) & SECURITY_ID_REFERENCES.keys()


def security_id_links(names: Iterable[str], attributes: Attributes) -> Links:
    """The links of these reference attributes; one that cannot be made out has none."""
    found = {name: _security_id(name, attributes) for name in names}
    return {name: (Anchor(f"sid:{sid}"),) for name, sid in found.items() if sid}


def _security_id(name: str, attributes: Attributes) -> str:
    if name != "primaryGroup":
        return str(attributes.get(name) or "")
    domain = str(attributes.get("objectSid") or "").rpartition("-")[0]
    number = attributes.get("primaryGroupID")
    return f"{domain}-{number}" if domain and number else ""
