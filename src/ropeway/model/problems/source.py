"""Problems found while reading a source."""

from __future__ import annotations

from ropeway.model.problems.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
