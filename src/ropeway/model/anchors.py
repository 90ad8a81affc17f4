"""Names that a directory never reuses."""

from __future__ import annotations

from base64 import b64encode
from typing import NewType

Anchor = NewType("Anchor", str)
"""The name of an object that its directory never reuses: objectGUID, entryUUID, id. Never a DN, never a name."""

TargetId = NewType("TargetId", str)
"""The id of an object in the target directory."""

Reference = NewType("Reference", str)
"""The other end of a link as a target is told: an Anchor, or `sid:S-1-5-…` for a foreign security principal."""


def guid_from_bytes(raw: bytes) -> Anchor:
    """An objectGUID (16 bytes, first three fields little-endian, [MS-DTYP] 2.3.4.2) as lower-case text."""
    if len(raw) != 16:
        raise ValueError(f"a GUID has 16 bytes, not {len(raw)}")
    h = raw.hex()
    return Anchor(f"{h[6:8]}{h[4:6]}{h[2:4]}{h[0:2]}-{h[10:12]}{h[8:10]}-{h[14:16]}{h[12:14]}-{h[16:20]}-{h[20:]}")


def guid_to_bytes(anchor: str) -> bytes:
    """The 16 bytes of a GUID in text form; the inverse of `guid_from_bytes`."""
    raw = bytes.fromhex(anchor.replace("-", ""))
    return raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:]


def immutable_id(raw: bytes) -> str:
    """A source anchor of 16 bytes as onPremisesImmutableId: Base64, 24 characters (plan-connect-design-concepts)."""
    return b64encode(raw).decode("ascii")
