"""Items packed into pages that are small enough to be stored in one short transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ropeway.model.pages import PAGE_VALUES, Item, LinksReplaced, Page, Whole
from ropeway.model.problems import Problem


def weight(item: Item) -> int:
    """Objects and links in an item."""
    match item:
        case Whole(links=links):
            return 1 + sum(map(len, links.values()))
        case LinksReplaced(others=others):
            return max(1, len(others))
        case _:
            return 1


def paged(items: Iterable[Item | Problem], total: int) -> Iterator[Page]:
    """Pages of at most PAGE_VALUES objects and links, in order; a Problem joins the page of the item before it."""
    held: list[Item] = []
    problems: list[Problem] = []
    load = 0
    for item in items:
        if isinstance(item, Problem):
            problems.append(item)
            continue
        heavy = weight(item)
        if held and load + heavy > PAGE_VALUES:
            yield Page(tuple(held), total=total, problems=tuple(problems))
            held, problems, load = [], [], 0
        held.append(item)
        load += heavy
    if held:
        yield Page(tuple(held), total=total, problems=tuple(problems))
