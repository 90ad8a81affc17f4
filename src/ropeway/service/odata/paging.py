"""Pages by the key of their last row, so that rows written meanwhile neither repeat nor hide others.

A skip token is opaque: the key, and a digest of the question that it continues, with its path and its tenant. It is no
secret and gives no access; one that was changed, or belongs to another question or tenant, is refused (Graph:
Directory_ExpiredPageToken).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec

from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.values import digest, pack
from ropeway.service.odata.evaluating import looked_up, matches
from ropeway.service.odata.options import Options, Order
from ropeway.service.odata.tree import Path

_Key = TypeVar("_Key")
Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""Of a row, as a database holds one."""
NUMBERS = 40
"""Bits of an object's number within its tenant; those above are the tenant's number, which no token tells."""
LAST = (1 << NUMBERS) - 1
Own = Annotated[int, msgspec.Meta(ge=0, le=LAST)]
"""An object's number within its tenant."""

VERSION = 2
LONGEST = 4096
"""Characters of a token."""
_ASKED = ("$filter", "$orderby", "$search")


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list, and the token of what follows."""

    items: Sequence[Any]
    after: str = ""
    """Empty: these were the last."""
    total: int | None = None
    is_selected: bool = False
    """Whether the items have only what was asked for already."""
    delta: str = ""
    """Of the last page of a delta: the token of the next round."""
    is_whole: bool = False
    """Whether its tokens say everything that was asked, so that links need nothing else."""


def token_of(options: Options, key: Any) -> str:
    """The token for what comes after the row with this key."""
    packed = pack([VERSION, _question(options), key])
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def key_of(options: Options, kind: type[_Key]) -> _Key | None:
    """The key in the request's skip token, None without one; RopewayError `page-token-stale`."""
    text = options.skip_token
    if not text:
        return None
    try:
        if len(text) > LONGEST:
            raise ValueError
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        version, question, key = msgspec.msgpack.decode(raw, type=prepared(tuple[int, bytes, kind]))
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise RopewayError(Problem("page-token-stale")) from None
    if version != VERSION or question != _question(options):
        raise RopewayError(Problem("page-token-stale"))
    return key


def _question(options: Options) -> bytes:
    return digest(pack([*options.place, *(options.raw.get(name, "") for name in _ASKED)]))[:6]


def page_of(items: Sequence[dict[str, Any]], options: Options, size: int, *, key: str = "id") -> Page:
    """A page of a short list that is at hand, by the key of its items, which is a text."""
    found = passing(items, options)
    found.sort(key=lambda one: one[key])
    ranked = _ranked(found, options.order)
    last = key_of(options, str)
    keys = [one[key] for one in ranked]
    begin = keys.index(last) + 1 if last in keys else _begin(keys, last)
    page = ranked[begin : begin + size]
    more = len(ranked) > begin + size
    return Page(page, token_of(options, page[-1][key]) if more else "", len(ranked) if options.count else None)


def passing(items: Sequence[dict[str, Any]], options: Options) -> list[dict[str, Any]]:
    """Those that a filter finds, without regard to case."""
    return [one for one in items if options.filter is None or matches(options.filter, one, str.casefold)]


def _begin(keys: Sequence[str], last: str | None) -> int:
    """Where a list goes on whose last told item is gone."""
    return 0 if last is None else sum(1 for key in keys if key <= last)


def _ranked(items: list[dict[str, Any]], order: tuple[Order, ...]) -> list[dict[str, Any]]:
    for one in reversed(order):
        items.sort(key=_rank(one), reverse=one.descending)
    return items


def _rank(order: Order) -> Callable[[dict[str, Any]], tuple[int, str, float]]:
    path = Path(tuple(order.name.split("/")))

    def rank(item: dict[str, Any]) -> tuple[int, str, float]:
        value = looked_up(path, item)
        if isinstance(value, bool | int | float):
            return (1, "", float(value))
        return (0, "", 0.0) if value is None else (2, str(value), 0.0)

    return rank
