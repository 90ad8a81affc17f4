"""Problems found while reading LDIF."""

from __future__ import annotations

from ropeway.model.problems.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
