"""Which versions of the wire a program understands, and the one that two programs have in common."""

from __future__ import annotations

import msgspec


class Spoken(msgspec.Struct, frozen=True):
    """The oldest and the newest version that one side understands."""

    oldest: int
    newest: int

    def common(self, other: Spoken) -> int | None:
        """The newest version that both understand; None where there is none."""
        newest = min(self.newest, other.newest)
        return newest if newest >= max(self.oldest, other.oldest) else None


SPOKEN = Spoken(1, 1)
"""What this program understands. A new version is added to the newest of the last release; the one before stays."""
