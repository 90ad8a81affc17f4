"""What calls of every subject take."""

from __future__ import annotations

from typing import Annotated

import msgspec

Limit = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
"""How many are told at most."""
