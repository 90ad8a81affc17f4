"""When the clock alone will change a result: attributes that expressions compare with [now] or Now()."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ropeway.expressions import Node, walk
from ropeway.expressions.tree import NOW, Attribute, Binary

NEVER = (1 << 63) - 1
"""accountExpires of an account that never expires; 0 says the same ([MS-ADTS] 2.2.1, Account-Expires)."""


def times_compared(tree: Node) -> frozenset[str]:
    """The attributes that an expression compares with [now]."""
    found: set[str] = set()
    for node, _ in walk(tree):
        if isinstance(node, Binary):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if one in NOW and isinstance(other, Attribute):
                    found.add(other.name)
    return frozenset(found)


def next_time(names: Iterable[str], attributes: Mapping[str, Any]) -> int | None:
    """The earliest FILETIME after `now` among those attributes, or None. Without `now` every time is ahead."""
    now = _filetime(attributes.get("now")) or 0
    ahead = [time for name in names if (time := _filetime(attributes.get(name))) is not None and now < time < NEVER]
    return min(ahead, default=None)


def _filetime(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if type(value) is int else None
