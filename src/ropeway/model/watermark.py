"""How far a job has read, and what that claim is worth."""

from __future__ import annotations

from typing import Literal

import msgspec


class Watermark(msgspec.Struct, frozen=True):
    """A place in a source's history. It is only ever stored in the transaction that stores what it covers."""

    method: Literal["dirsync", "usn", "ldif", "uploads", "changes"]
    domain: str
    """`DirectoryDefinition.id` of the source it was taken from; another domain's watermark stops the job."""
    controller: str
    """The controller's invocationId. An unknown one, or one that is behind, means a full read."""
    usn: int
    """highestCommittedUSN of that controller when the mark was taken."""
    time: float
    """Seconds since 1970, by the source's clock; older than the tombstone lifetime means a full read."""
    wanted: str
    """Digest of the types and attributes read so far (`Wanted.digest`)."""
    opaque: bytes = b""
    """What only the source understands: the DirSync cookie, the file's digest."""


class Wanted(msgspec.Struct, frozen=True):
    """The types and attributes a job reads; nothing else leaves the source."""

    types: dict[str, tuple[str, ...]]
    """Object type to attribute names, references included."""

    @property
    def digest(self) -> str:
        """A short name for exactly this list."""
        from ropeway.model.values import digest, pack

        return digest(pack({t: sorted(a) for t, a in sorted(self.types.items())})).hex()
