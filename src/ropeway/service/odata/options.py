"""The query options of a request: each is known and offered, or refused by name, as Graph does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, get_args

from starlette.requests import Request

from ropeway.service.odata.keys import plain
from ropeway.service.odata.parser import parse
from ropeway.service.odata.refusals import no_property, unreadable, unsupported
from ropeway.service.odata.tokens import FilterError
from ropeway.service.odata.tree import Node

Option = Literal[
    "$select",
    "$filter",
    "$orderby",
    "$top",
    "$skiptoken",
    "$count",
    "$expand",
    "$search",
    "$skip",
    "$format",
    "$deltatoken",
]
KNOWN: Mapping[str, Option] = {name: name for name in get_args(Option)}
LIST: frozenset[Option] = frozenset({"$select", "$filter", "$orderby", "$top", "$skiptoken", "$count"})
"""What lists offer."""
ONE: frozenset[Option] = frozenset({"$select"})
"""What a single object offers."""


class Sizes(NamedTuple):
    """How many items a page has: without a word, and at most."""

    usual: int = 100
    largest: int = 999


USUAL = Sizes()
MOST_NAMES = 100
"""In $select, $orderby and $expand."""

_NAME = re.compile(r"[A-Za-z_@][A-Za-z0-9_.@]{0,127}(?:/[A-Za-z_][A-Za-z0-9_.]{0,127}){0,3}", re.ASCII)

_PART = re.compile(r"(?:[^,(]|\([^()]*\))+", re.ASCII)
_EXPANSION = re.compile(r"([A-Za-z_][A-Za-z0-9_.]{0,127})\s*(?:\(([^()]{0,1024})\))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """One property to sort by."""

    name: str
    """In small letters."""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Expansion:
    """Related things that an item is told with, and how much of them."""

    name: str
    select: tuple[str, ...] = ()
    top: int | None = None
    levels: int = 1


@dataclass(frozen=True, slots=True)
class Options:
    """What a request asks of what it reads."""

    select: tuple[str, ...] = ()
    filter: Node | None = None
    order: tuple[Order, ...] = ()
    top: int | None = None
    skip_token: str = ""
    count: bool = False
    expand: tuple[str, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    """The same in full, `members($select=id)`."""
    raw: Mapping[str, str] = field(default_factory=dict[str, str])
    """The options as they were written, by name."""
    place: tuple[int, str] = (0, "")
    """Tenant and path of the question, which alone its skip tokens continue."""
    sizes: Sizes = USUAL


def options_of(request: Request, offered: frozenset[Option], tenant: int, sizes: Sizes = USUAL) -> Options:
    """The query options; RopewayError for one that is unknown, not offered here, given twice or unreadable.

    Options without a dollar sign are the client's own business (OData 4.01, custom query options), but for the names of
    OData's, which may be written without it.
    """
    raw: dict[str, str] = {}
    for key, value in request.query_params.multi_items():
        name = f"${key.lower().removeprefix('$')}"
        if not key.startswith("$") and name not in KNOWN:
            continue
        known = KNOWN.get(name)
        if known is None or known not in offered:
            raise _refused(key, known)
        if name in raw:
            raise unreadable(name, "Query option was specified more than once, but it must be specified at most once")
        raw[name] = value
    top = _top(raw.get("$top"), sizes.largest)
    return replace(_read(raw), top=top, place=(tenant, plain(request.url.path)), sizes=sizes)


def _refused(key: str, known: Option | None) -> Exception:
    if known is None:
        return unreadable(key[:64], f"The query parameter '{key[:64]}' is not supported")
    return unsupported(known, f"{known} is not offered here")


def _read(raw: Mapping[str, str]) -> Options:
    expansions = _expansions(raw.get("$expand", ""))
    return Options(
        select=_names("$select", raw.get("$select", "")),
        filter=filter_of(raw["$filter"]) if "$filter" in raw else None,
        order=_order(raw.get("$orderby", "")),
        skip_token=raw.get("$skiptoken", ""),
        count=_truth(raw.get("$count", "false")),
        expand=tuple(one.name for one in expansions),
        expansions=expansions,
        raw=raw,
    )


def filter_of(text: str) -> Node:
    """The tree of a filter; RopewayError `query-unreadable` with the place of what is wrong."""
    try:
        return parse(text)
    except FilterError as error:
        raise unreadable("$filter", f"Invalid filter clause: {error}") from None


def _names(option: str, text: str) -> tuple[str, ...]:
    if not text.strip():
        return ()
    names = [name.strip() for name in text.split(",", MOST_NAMES)]
    for name in names:
        if _NAME.fullmatch(name) is None and name != "*":
            raise unreadable(option, f"Parsing OData Select and Expand failed: there is no property '{name[:64]}'")
    return tuple(dict.fromkeys(names))


def _expansions(text: str) -> tuple[Expansion, ...]:
    if not text.strip():
        return ()
    return tuple(_expansion(part.strip()) for part in _PART.findall(text)[:MOST_NAMES])


def _expansion(text: str) -> Expansion:
    found = _EXPANSION.fullmatch(text)
    if found is None:
        raise unreadable("$expand", f"Parsing OData Select and Expand failed: '{text[:64]}' cannot be read")
    inner: dict[str, str] = {}
    for part in (found[2] or "").split(";"):
        name, _, value = part.strip().partition("=")
        inner[name.lower()] = value
    inner.pop("", None)
    if unknown := next((name for name in inner if name not in ("$select", "$top", "$levels")), None):
        raise unsupported("$expand", f"{unknown[:32]} is not offered within $expand")
    levels = inner.get("$levels", "1")
    if levels != "max" and not (levels.isascii() and levels.isdecimal() and 0 < int(levels[:4]) < 1001):
        raise unreadable("$expand", f"Invalid $levels: '{levels[:20]}'")
    return Expansion(
        found[1], _names("$select", inner.get("$select", "")), _top(inner.get("$top"), USUAL.largest),
        1000 if levels == "max" else int(levels),
    )  # fmt: skip


def _order(text: str) -> tuple[Order, ...]:
    if not text.strip():
        return ()
    found: list[Order] = []
    for part in text.split(",", MOST_NAMES):
        name, *direction = part.split()[:3] or [""]
        way = [word.lower() for word in direction]
        if _NAME.fullmatch(name) is None or way not in ([], ["asc"], ["desc"]):
            raise unreadable("$orderby", f"Invalid orderby clause: '{part.strip()[:64]}'")
        found.append(Order(name.lower(), way == ["desc"]))
    return tuple(found)


def _top(text: str | None, largest: int) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 0 < int(text) <= largest):
        raise unreadable("$top", f"Invalid page size specified: '{text[:20]}'. Must be between 1 and {largest}")
    return int(text)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise unreadable("$count", f"Invalid value '{text[:20]}' for $count: it is true or false")
    return text.lower() == "true"


def selected(value: Mapping[str, Any], select: tuple[str, ...]) -> dict[str, Any]:
    """The properties that were asked for, in any case of letters; annotations stay; all of them without $select."""
    if not select or "*" in select:
        return dict(value)
    names = {name.lower(): name for name in value}
    for name in select:
        if name.partition("/")[0].lower() not in names:
            raise no_property("$select", name)
    wanted = {name.partition("/")[0].lower() for name in select}
    return {name: one for name, one in value.items() if name.startswith("@") or name.lower() in wanted}
