"""Problems found in a job as a whole: watermarks, leases, guards, settings."""

from __future__ import annotations

from ropeway.model.problems.catalogue import Entry

ENTRIES: tuple[Entry, ...] = ()
