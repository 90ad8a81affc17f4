"""Logs as resources: a list, newest first, and one line; what is written once and only grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, true
from starlette.routing import BaseRoute

from ropeway.model.problems import Problem, RopewayError
from ropeway.service.graph.opaque import Opaque, opaque_of
from ropeway.service.odata.answers import Answer, many, one
from ropeway.service.odata.options import LIST, ONE, Options, Sizes
from ropeway.service.odata.paging import Page, key_of, token_of
from ropeway.service.odata.refusals import resource_unknown, unsupported
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.service.odata.sql import Condition, Fields, condition
from ropeway.service.parts import Parts

SIZES = Sizes(usual=1000, largest=1000)
"""Graph's, of its logs."""

Row = TypeVar("Row")
ReadRow = TypeVar("ReadRow", covariant=True)


class Read(Protocol[ReadRow]):
    """Rows of a tenant that meet a condition, beyond the one that was told last."""

    def __call__(
        self, c: Connection, tenant: int, where: Condition, *, after: int | None, oldest_first: bool, limit: int
    ) -> Sequence[ReadRow]: ...


@dataclass(frozen=True, slots=True)
class Log(Generic[Row]):
    """A log: where it is, what may be asked for, how it is read and told."""

    parts: Parts
    context: str
    """Its path below `/v1.0`."""
    serial: ColumnElement[int]
    """The column of the lines' numbers."""
    of: bytes
    """What its ids are of."""
    fields: Callable[[], Fields]
    read: Read[Row]
    number_of: Callable[[Row], int]
    tell: Callable[[Sequence[Row]], list[dict[str, Any]]]
    when: str = "activitydatetime"
    """The property that holds the time."""
    note: str = ""
    """The annotation with the whole line, for clients that prefer it."""
    view: Callable[[Sequence[Row]], Sequence[object]] = lambda _rows: ()
    """What that annotation holds, of each line."""
    narrow: Callable[[Asked], Condition] = lambda _asked: true()
    """What is asked for beyond a filter's words."""

    def routes(self) -> Sequence[BaseRoute]:
        """The list, and one line of it."""
        path = f"/v1.0/{self.context}"
        return [
            resource(self.parts, path, get=Verb(self.listed, LIST, sizes=SIZES)),
            resource(self.parts, f"{path}/{{line}}", get=Verb(self.shown, ONE)),
        ]

    def listed(self, asked: Asked) -> Answer:
        """Lines of the log, the newest first; `$count` is ignored, as in Graph: counting would read all of them."""
        options, size = asked.options, asked.page_size
        where = condition(options.filter, self.fields()) if options.filter is not None else true()
        where = and_(where, self.narrow(asked))
        (last,) = key_of(options, tuple[str]) or (None,)
        after = None if last is None else self._number(last)
        found = self._rows(where, size + 1, after=after, oldest_first=self._oldest_first(options))
        page = found[:size]
        further = token_of(options, [self.id_of(page[-1])]) if len(found) > size else ""
        answer = many(self.context, Page(self._told(asked, page), further))
        return replace(answer, headers=self._applied(asked, "odata.maxpagesize"))

    def shown(self, asked: Asked) -> Answer:
        """One line of the log."""
        line = asked.key("line")
        number = self.ids.number(self.of, line)
        found = self._rows(self.serial == number, 1) if number is not None else ()
        if not found:
            raise resource_unknown(line)
        return replace(one(self.context, self._told(asked, found)[0]), headers=self._applied(asked))

    def id_of(self, row: Row) -> str:
        """What a line is called."""
        return self.ids.id(self.of, self.number_of(row))

    def _number(self, line: str) -> int:
        number = self.ids.number(self.of, line)
        if number is None:
            raise RopewayError(Problem("page-token-stale"))
        return number

    @property
    def ids(self) -> Opaque:
        """What lines of this tenant are called."""
        return opaque_of(self.parts)

    def _told(self, asked: Asked, rows: Sequence[Row]) -> list[dict[str, Any]]:
        told = self.tell(rows)
        if not (self.note and asked.form.wants(self.note)):
            return told
        return [item | {f"@{self.note}": view} for item, view in zip(told, self.view(rows), strict=True)]

    def _applied(self, asked: Asked, *names: str) -> dict[str, str]:
        notes = ("odata.include-annotations",) if self.note and asked.form.wants(self.note) else ()
        return asked.form.applied(*names, *notes)

    def _rows(
        self, where: Condition, limit: int, *, after: int | None = None, oldest_first: bool = False
    ) -> Sequence[Row]:
        with self.parts.database.read() as c:
            return self.read(c, self.parts.tenant, where, after=after, oldest_first=oldest_first, limit=limit)

    def _oldest_first(self, options: Options) -> bool:
        """By time, in the order in which it was written; other orders would have to read the whole log."""
        if not options.order:
            return False
        first, *others = options.order
        if others or first.name != self.when:
            raise unsupported("$orderby", f"A log is told by {self.when}, asc or desc")
        return not first.descending
