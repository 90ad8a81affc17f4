"""Problems found by a target: the directory's own rules."""

from __future__ import annotations

from ropeway.model.problems.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
