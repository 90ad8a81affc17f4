"""Pages of what is written once and only grows: newest first, from the last row that was told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import true

from ropeway.service.odata.options import Options
from ropeway.service.odata.paging import Page, key_of, token_of
from ropeway.service.odata.refusals import unsupported
from ropeway.service.odata.resource import Asked
from ropeway.service.odata.sql import Condition, Fields, condition

Row = TypeVar("Row")
WHEN = "activitydatetime"
Read = Callable[[Condition, int | None, bool, int], Sequence[Row]]
"""Condition, the row that was told last, whether the oldest come first, how many: to rows."""


def log_page(
    asked: Asked,
    fields: Fields,
    read: Read[Row],
    number_of: Callable[[Row], int],
    tell: Callable[[Sequence[Row]], list[Any]],
    *,
    when: str = WHEN,
) -> Page:
    """One page; `when` is the property that holds the time.

    `$count` is ignored, as Graph does with logs: counting would read all of them.
    """
    options = asked.options
    where = condition(options.filter, fields) if options.filter is not None else true()
    size = asked.page_size
    found = read(where, key_of(options, int), _oldest_first(options, when), size + 1)
    page = found[:size]
    after = token_of(options, number_of(page[-1])) if len(found) > size else ""
    return Page(tell(page), after)


def _oldest_first(options: Options, when: str) -> bool:
    """By time, in the order in which it was written; other orders would have to read the whole log."""
    if not options.order:
        return False
    first, *others = options.order
    if others or first.name != when:
        raise unsupported("$orderby", f"A log is told by {when}, asc or desc")
    return not first.descending
