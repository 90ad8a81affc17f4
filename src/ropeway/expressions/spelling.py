"""What somebody who wrote an unknown name probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], before: str = "", after: str = "") -> str:
    """“ (did you mean …?)” with the known name that is most alike, else nothing."""
    by_folded = {one.lower(): one for one in known}
    found = get_close_matches(name[:64].lower(), by_folded, n=1, cutoff=0.6)
    return f" (did you mean {before}{by_folded[found[0]]}{after}?)" if found else ""
