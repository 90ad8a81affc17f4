"""A page of objects: the condition, the order, and the place to go on from, as one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, bindparam, func, literal, or_, select, true

from ropeway.directory import tables
from ropeway.directory.record import decoded
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.values import compare_key
from ropeway.service.graph.objects.filtering import Question
from ropeway.service.graph.objects.indexes import NAMES, Index, Way
from ropeway.service.graph.objects.kinds import Kind
from ropeway.service.graph.objects.searching import searched
from ropeway.service.graph.objects.shapes import Row
from ropeway.service.graph.objects.values import Condition, json_text, lowered
from ropeway.service.odata.options import Options, Order
from ropeway.service.odata.paging import LAST, NUMBERS, Own, key_of, token_of
from ropeway.service.odata.refusals import no_property, unsupported

_o = tables.object_.c
_ROW = (_o.number, _o.id, _o.type, _o.properties, _o.deleted)
MOST_ORDERED = 5
"""Properties that are sorted by at once."""
BY_NUMBER = "\x01"
"""In the place of a name, where objects come in the order of their numbers: no name is so."""
Place = tuple[str, int]
"""Value of the order, and number, of the last row that was told."""
_EVERYTHING = (Way(NAMES),)


@dataclass(frozen=True, slots=True)
class Found:
    """A page."""

    rows: Sequence[Row]
    after: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Objects of a kind, all of them or those among some numbers; live ones, or binned ones."""

    question: Question
    among: Any = None
    """A query of numbers; None: every object of the kind."""
    binned: bool = False
    belongs: Condition | None = None
    """In place of `among`, where most objects are: asked of each, in the order of their numbers."""
    by_number: bool = False
    """Whether they come in the order of their numbers, where no other is asked for."""
    types: tuple[str, ...] | None = None
    """Types among them that may be asked about; None: all."""

    def page(self, c: Connection, options: Options, size: int) -> Found:
        """The rows of a page; the count only in an advanced query, as Graph has it."""
        self._check(options)
        if len(options.order) > 1:
            return self._by_several(c, options, size)
        after = self._place(key_of(options, tuple[str, Own]))
        ways, rest = self._ways(options)
        found: Sequence[Any] = (
            self._along(c, ways, rest, after, size + 1)
            if ways
            else c.execute(self._ordered(options, after).limit(size + 1)).all()
        )
        token = token_of(options, (found[size - 1][5], found[size - 1][0] & LAST)) if len(found) > size else ""
        prefix = ways[0].prefix if ways else None
        rows = [Row(*row[:5]) for row in found[:size] if prefix is None or _is_first(row, prefix)]
        return Found(rows, token, self._count(c, options) if options.count and self.question.advanced else None)

    def count(self, c: Connection, options: Options) -> int:
        """How many there are."""
        self._check(options)
        return self._count(c, options)

    def _place(self, told: Place | None) -> Place | None:
        """Where a token says to go on, with the whole number of the object."""
        return told and (told[0], told[1] + (self.question.tenant << NUMBERS))

    def _check(self, options: Options) -> None:
        if options.raw.get("$search") and not self.question.advanced:
            raise unsupported(
                "$search",
                "Request with $search query parameter only works through MSGraph with a special request header: "
                "'ConsistencyLevel: eventual'",
            )
        if options.filter is not None and options.order and not self.question.advanced:
            raise unsupported("$orderby", "Sorting and filtering together is part of advanced queries: send the header "
                              "'ConsistencyLevel: eventual' and $count=true")  # fmt: skip

    def _base(self) -> Condition:
        kind, tenant = self.question.kind, self.question.tenant
        parts = [_o.tenant == tenant if self.belongs is None else _o.tenant + 0 == tenant]  # by number: no index of it
        if kind.stored:
            parts.append(_o.type == kind.stored)
        if self.types is not None:
            parts.append(_o.type.in_(self.types))
        if self.belongs is not None:
            parts.append(self.belongs)
        elif self.among is not None:
            parts.append(_o.number.in_(self.among))
        parts.append(_o.deleted.is_not(None) if self.binned else _o.deleted.is_(None))
        return and_(*parts)

    def _where(self, options: Options) -> Condition:
        return and_(self._base(), *self._asked(options))

    def _asked(self, options: Options) -> list[Condition]:
        """Filter and search, which must both hold."""
        found = [] if options.filter is None else [self.question.condition(options.filter)]
        search = options.raw.get("$search")
        return [*found, searched(search, self.question)] if search else found

    def _ordered(self, options: Options, after: Place | None) -> Any:
        where = self._where(options)
        if (self.by_number or self.belongs is not None) and not options.order:
            begin = after[1] if after else self.question.tenant << NUMBERS
            query = select(*_ROW, literal(BY_NUMBER)).where(where, _o.number > begin)
            return query.order_by(_o.number)
        value, descending = self._order(options.order[0]) if options.order else (_o.name_key, False)
        query = select(*_ROW, value).where(where, _beyond(value, _o.number, after, descending=descending))
        return query.order_by(*((value.desc(), _o.number.desc()) if descending else (value, _o.number)))

    def _by_several(self, c: Connection, options: Options, size: int) -> Found:
        """A page in the order of several properties, at last of the numbers."""
        if len(options.order) > MOST_ORDERED:
            raise unsupported("$orderby", f"At most {MOST_ORDERED} properties are sorted by")
        keys = [*map(self._order, options.order), (_o.number, False)]
        after = key_of(options, list[str | Own])
        if after and isinstance(after[-1], int):
            after[-1] += self.question.tenant << NUMBERS
        query = select(*_ROW, *(value for value, _ in keys[:-1])).where(self._where(options), _behind(keys, after))
        query = query.order_by(*(value.desc() if descending else value for value, descending in keys))
        found: Sequence[Any] = c.execute(query.limit(size + 1)).all()
        last = found[size - 1] if len(found) > size else None
        token = token_of(options, [*last[len(_ROW) :], last[0] & LAST]) if last is not None else ""
        total = self._count(c, options) if options.count and self.question.advanced else None
        return Found([Row(*row[: len(_ROW)]) for row in found[:size]], token, total)

    def _order(self, first: Order) -> tuple[ColumnElement[Any], bool]:
        """What a property is sorted by."""
        known = self.question.kind.property(first.name)
        if known is None:
            raise no_property("$orderby", first.name)
        if known.form in ("list", "complex", "truth", "number", "binary"):
            raise unsupported("$orderby", "Texts and times are sorted by")
        if known.name == "displayName":
            return _o.name_key, first.descending
        if known.name not in ("userPrincipalName", "createdDateTime", "mail") and not self.question.advanced:
            raise unsupported("$orderby", f"Sorting by {known.name} is part of advanced queries: send the header "
                              "'ConsistencyLevel: eventual' and $count=true")  # fmt: skip
        text = _o.id if known.name == "id" else json_text(known.stored or known.name, self.question.sqlite)
        value = func.coalesce(lowered(text, self.question.sqlite), "")
        return (value if self.question.sqlite else value.collate("C")), first.descending

    def _ways(self, options: Options) -> tuple[Sequence[Way], Sequence[Condition]]:
        """The index that the question is best read by, and what is left of it; none where another order is wanted."""
        if options.order or self.among is not None or self.belongs is not None:
            return (), ()
        found = None if options.filter is None or options.raw.get("$search") else self.question.way(options.filter)
        if found is None:
            return _EVERYTHING, self._asked(options)
        ways, rest = found
        return ways, [self.question.condition(part) for part in rest]

    def _along(
        self, c: Connection, ways: Sequence[Way], rest: Sequence[Condition], after: Place | None, limit: int
    ) -> list[Any]:
        """The next rows of all ways together, in the order of their indexes."""
        at, last = after or ("", 0)
        told = {"b_tenant": self.question.tenant, "b_at": at, "b_last": last, "b_limit": limit}
        found: list[Any] = []
        for way in ways:
            bounds = (way.low is not None, way.high is not None)
            query = _along(way.index, self.question.kind.stored, bounds, binned=self.binned, goes_on=after is not None)
            query = query.where(*rest) if rest else query
            found += c.execute(query, {**told, "b_low": way.low, "b_high": way.high}).all()
        return found if len(ways) == 1 else sorted(found, key=lambda row: (row[5], row[0]))[:limit]

    def _count(self, c: Connection, options: Options) -> int:
        if (
            options.filter is None
            and not options.raw.get("$search")
            and self.among is None
            and self.belongs is None
            and not self.binned
        ):
            return _all(c, self.question.tenant, self.question.kind)
        return c.scalar(select(func.count()).select_from(tables.object_).where(self._where(options))) or 0


@lru_cache(maxsize=256)
def _along(index: Index, type_: str, bounds: tuple[bool, bool], *, binned: bool, goes_on: bool) -> Any:
    """The query of what is read along an index, composed once for all values."""
    told: dict[str, Any] = {name: bindparam(f"b_{name}") for name in ("tenant", "low", "high", "at", "last")}
    where = [_o.tenant == told["tenant"], _o.deleted.is_not(None) if binned else _o.deleted.is_(None)]
    if type_:
        where.append(_o.type == type_)
    if bounds[0]:
        where.append(index.within(told["tenant"], told["low"], told["high"] if bounds[1] else None))
    if goes_on:
        where.append(_beyond(index.value, index.number, (told["at"], told["last"])))
    query = select(*_ROW, index.value.label("place")).select_from(index.source).where(*where)
    return query.order_by(index.value, index.number).limit(bindparam("b_limit", type_=Integer()))


def _is_first(row: Any, prefix: str) -> bool:
    """Whether an object is found by the first of its addresses that begin so, and not by a further one."""
    addresses: Any = decoded(row[3]).get("proxyAddresses") or ()
    return row[5] == min(key for one in addresses if (key := compare_key(one)).startswith(prefix))


def _beyond(value: ColumnElement[Any], number: Any, after: Place | None, *, descending: bool = False) -> Condition:
    """Rows behind a place, the first part in a form that an index can begin at."""
    if after is None:
        return true()
    at, last = after
    if descending:
        return and_(value <= at, or_(value < at, number < last))
    return and_(value >= at, or_(value > at, number > last))


def _behind(keys: Sequence[tuple[ColumnElement[Any], bool]], after: Sequence[str | int] | None) -> Condition:
    """Rows behind a place in the order of several keys: equal in some of the first, beyond in the next."""
    if after is None:
        return true()
    if len(after) != len(keys) or not isinstance(after[-1], int) or not all(isinstance(at, str) for at in after[:-1]):
        raise RopewayError(Problem("page-token-stale"))
    places = list(zip(keys, after, strict=True))
    beyond = [value < at if descending else value > at for (value, descending), at in places]
    same = [value == at for (value, _), at in places]
    return or_(*(and_(*same[:depth], beyond[depth]) for depth in range(len(keys))))


def _all(c: Connection, tenant: int, kind: Kind) -> int:
    """All that are of a type but those in the bin: both counts are read from an index alone."""
    mine = [_o.tenant == tenant, *([_o.type == kind.stored] if kind.stored else [])]
    whole = c.scalar(select(func.count()).select_from(tables.object_).where(*mine)) or 0
    binned = c.scalar(select(func.count()).select_from(tables.object_).where(*mine, _o.deleted.is_not(None))) or 0
    return whole - binned
