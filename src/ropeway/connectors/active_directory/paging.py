"""A stream of items as pages of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ropeway.model.pages import PAGE_VALUES, Item, LinksReplaced, Page, Whole
from ropeway.model.watermark import Watermark


def pages(stream: Iterable[Item | Watermark], *, complete: bool = False) -> Iterator[Page]:
    """Pages of at most PAGE_VALUES objects and links; a watermark in the stream ends a page and goes with it."""
    batch: list[Item] = []
    size = 0
    for found in stream:
        if isinstance(found, Watermark):
            yield Page(tuple(batch), found, complete)
            batch, size = [], 0
            continue
        weight = _weight(found)
        if batch and size + weight > PAGE_VALUES:
            yield Page(tuple(batch))
            batch, size = [], 0
        batch.append(found)
        size += weight
    if batch:
        yield Page(tuple(batch))


def _weight(item: Item) -> int:
    if isinstance(item, Whole):
        return 1 + sum(map(len, item.links.values())) if item.links else 1
    return max(1, len(item.others)) if isinstance(item, LinksReplaced) else 1
