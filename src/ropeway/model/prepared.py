"""Types that msgspec fills are looked at by one thread at a time.

msgspec studies a class the first time it is to fill it, and notes what it learns on the class before it is complete: a
second thread that meets the class meanwhile reads what is not there, and the process ends with a segmentation fault.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_known: set[Any] = set()
_one = threading.Lock()


def prepared(kind: T) -> T:
    """The type itself, whole: `msgspec.convert(value, prepared(Settings))`, `Decoder(prepared(list[Message]))`."""
    if kind not in _known:
        with _one:
            msgspec.msgpack.Decoder(kind)
            _known.add(kind)
    return kind
