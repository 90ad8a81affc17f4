"""Lists so short that they are at hand as a whole: their `$search`, and their deltas (graph-scim.md A9).

What a delta told is in its token, a digest for each item: nothing need be kept of those who ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from ropeway.model.problems import Problem, RopewayError
from ropeway.model.values import digest, pack
from ropeway.service.graph.objects.collections import is_advanced
from ropeway.service.graph.objects.delta import ids_of
from ropeway.service.graph.objects.delta_tokens import Issued, check, decoded, gone, tenant_of, written
from ropeway.service.odata.answers import Answer, many
from ropeway.service.odata.options import LIST, Option, selected
from ropeway.service.odata.paging import Page, page_of
from ropeway.service.odata.refusals import unsupported
from ropeway.service.odata.resource import Asked
from ropeway.service.odata.search import finder

Json = dict[str, Any]
_SEARCH: frozenset[Option] = frozenset({"$search"})
SEARCHED = LIST | _SEARCH
LONGEST = 32_768
"""Characters of a token; what has more items is told anew with each round."""
VERSION, _ID, _DIGEST = 2, 16, 6


class Told(Issued, frozen=True, array_like=True):
    """What a delta has told, to whom it matters."""

    select: tuple[str, ...]
    ids: tuple[str, ...]
    digests: bytes
    """16 bytes of id and 6 of digest for each item."""


def listed(asked: Asked, plural: str, items: Sequence[Json]) -> Answer:
    """A page of the list."""
    return many(plural, page_of(searched(asked, items), asked.options, asked.page_size))


def searched(asked: Asked, items: Sequence[Json]) -> Sequence[Json]:
    """Those that `$search` finds; an advanced query."""
    text = asked.options.raw.get("$search")
    if not text:
        return items
    if not is_advanced(asked):
        raise unsupported(
            "$search",
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'",
        )
    finds = finder(text)
    return [one for one in items if finds(one)]


def changed(asked: Asked, plural: str, items: Sequence[Json]) -> Answer:
    """GET …/delta: everything in one page, then what changed since."""
    parts, options = asked.parts, asked.options
    again = f"{parts.url}/{asked.request.url.path.split('/')[1]}/{plural}/delta"
    token, now = options.skip_token or options.raw.get("$deltatoken", ""), parts.clock()
    if token and token != "latest":  # noqa: S105 - Graph's word for the present
        before = _read(token, (tenant_of(parts), plural), now, again)
    else:
        ids = ids_of(options.filter) if options.filter is not None else ()
        before = Told(VERSION, tenant_of(parts), plural, now, options.select, ids, b"")
    told = {item["id"]: _item(item, before.select) for item in items if not before.ids or item["id"] in before.ids}
    known, present = _known(before.digests), {id_: _digest(item) for id_, item in told.items()}
    fresh = [told[id_] for id_, one in present.items() if known.get(id_) != one]
    removed = [{"id": id_, "@removed": {"reason": "deleted"}} for id_ in known if id_ not in present]
    digests = b"".join(UUID(id_).bytes + one for id_, one in present.items())
    after = written(msgspec.structs.replace(before, issued=now, digests=digests))
    page = Page([] if token == "latest" else [*fresh, *removed], delta=after, is_selected=True, is_whole=True)  # noqa: S105
    return Answer(plural, page=page, is_entity=False)


def _item(item: Json, select: tuple[str, ...]) -> Json:
    return {"id": item["id"], **selected(item, select)}


def _digest(item: Json) -> bytes:
    return digest(pack(item))[:_DIGEST]


def _known(digests: bytes) -> Mapping[str, bytes]:
    size = _ID + _DIGEST
    rows = [digests[at : at + size] for at in range(0, len(digests), size)]
    return {str(UUID(bytes=row[:_ID])): row[_ID:] for row in rows}


def _read(text: str, of: tuple[bytes, str], now: float, again: str) -> Told:
    """RopewayError for a token that was changed, or is another's; HTTP 410 for one that is too old, or too long."""
    if len(text) > LONGEST:
        raise gone(again)
    found = decoded(text, Told, VERSION, again)
    check(found, (VERSION, *of), now, again)
    if len(found.digests) % (_ID + _DIGEST):
        raise RopewayError(Problem("page-token-stale"))
    return found
