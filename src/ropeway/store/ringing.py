"""The bell's other end: waking whoever waits (`bell.py`), without what waiting needs."""

from __future__ import annotations

from sqlalchemy import Connection, text

CHANNEL = "ropeway"


def ring(c: Connection) -> None:
    """Wake whoever waits, when this transaction commits. Writing to a file rings by itself."""
    if c.dialect.name == "postgresql":
        c.execute(text(f"NOTIFY {CHANNEL}"))
