"""The source anchor: what an object is matched by, and its onPremisesImmutableId."""

from __future__ import annotations

from typing import Any

from ropeway.model.anchors import guid_to_bytes, immutable_id
from ropeway.model.values import Attributes, digest

CONSISTENCY_GUID = "mS-DS-ConsistencyGuid"
_PEOPLE = ("user", "inetOrgPerson")


def source_anchor(source_type: str, attributes: Attributes, anchor: str) -> str:
    """Base64, 24 characters, of ms-DS-ConsistencyGuid for people where it is filled, else of objectGUID.

    An anchor that is no GUID (an LDIF export without one) is stood for by 16 bytes of its digest.
    Source: plan-connect-design-concepts, "Using ms-DS-ConsistencyGuid as sourceAnchor".
    """
    if source_type in _PEOPLE:
        chosen: Any = attributes.get(CONSISTENCY_GUID)
        if isinstance(chosen, bytes) and len(chosen) == 16:
            return immutable_id(chosen)
    try:
        raw = guid_to_bytes(anchor)
    except ValueError:
        raw = b""
    return immutable_id(raw if len(raw) == 16 else digest(anchor.encode()))
