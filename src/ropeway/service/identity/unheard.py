"""Refresh tokens that may have been stored, and were given to nobody: the database did not say whether it took them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ropeway.model.secret import Secret
from ropeway.store.applications import digest_of

MOST = 10_000
"""Tokens after which some are remembered; beyond, the oldest are forgotten: their sign-ins end at the next use."""


class Unheard:
    """Tokens by the one that was shown for them; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._after: dict[str, tuple[Secret[str], ...]] = {}

    def of(self, shown: str) -> Sequence[str]:
        """What may stand in the place of a token that was shown."""
        return [one.reveal() for one in self._after.get(digest_of(shown), ())] if self._after else ()

    def note(self, shown: str, following: str) -> None:
        """The token after this one is stored, or it is not."""
        key = digest_of(shown)
        with self._lock:
            if len(self._after) >= MOST:
                del self._after[next(iter(self._after))]
            self._after[key] = (*self._after.get(key, ()), Secret(following))

    def forget(self, shown: str) -> None:
        """Now it is known."""
        if self._after:
            with self._lock:
                self._after.pop(digest_of(shown), None)
