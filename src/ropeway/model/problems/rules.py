"""Problems found in schemas, scopes and mappings."""

from __future__ import annotations

from ropeway.model.problems.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
