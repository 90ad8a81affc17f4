"""The second pass: records become items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ropeway.connectors.ldif.dn import dn_key, is_below, parent_dn
from ropeway.connectors.ldif.identity import Identity, dn_of, identify
from ropeway.connectors.ldif.lines import BadRecord, printable, straightened
from ropeway.connectors.ldif.objects import LARGE, complete, links_named, read_content, refuse_change
from ropeway.connectors.ldif.records import Records
from ropeway.connectors.ldif.survey import DELETED, Survey
from ropeway.connectors.ldif.table import Table, is_single
from ropeway.connectors.ldif.trailer import is_beside
from ropeway.model.anchors import Anchor
from ropeway.model.pages import PAGE_VALUES, Gone, Item, LinksReplaced, Unreadable, Whole
from ropeway.model.problems import Problem, shown
from ropeway.model.watermark import Wanted

_PARENTS = 1024

CONTAINERS = ("organizationalUnit", "container", "domainDNS")
"""Types that are always read, so that the chain of parents of every object is known."""


class RecordReader:
    """Turns records into items, for one list of wanted types and attributes."""

    def __init__(self, found: Survey, wanted: Wanted) -> None:
        self._found = found
        self._tables = {type_: Table(wanted.types.get(type_, ())) for type_ in {*CONTAINERS, *wanted.types}}
        self._parents: dict[str, tuple[Anchor | None, bool]] = {}
        self._given: set[Anchor] = set()
        self.clean = True
        """False once an object was met that nobody can name: absence then counts for nobody."""

    def items(self, raw: str, records: Records) -> Iterator[Item | Problem]:
        """What a record brings: nothing, an object with its further links and warnings, or why it cannot be read."""
        record = straightened(raw)
        if is_beside(record):
            return
        who: Identity | None = None
        try:
            if record[:3] != "dn:":
                raise BadRecord("ldif-bad-dn", "dn", record.partition("\n")[0])
            who = identify(record)
            yield from self._object(record, who, records)
        except BadRecord as bad:
            yield self._unreadable(record, who, bad.problem, records.line())

    def cut_off(self, raw: str, cut: Problem) -> Iterator[Item]:
        """The entry within which a file ends, where at least its anchor came through."""
        record = straightened(raw)
        try:
            who = identify(record) if record[:3] == "dn:" else None
        except BadRecord:
            who = None
        if who and who.anchor and self._table(who):
            dn = printable(who.dn)
            yield Unreadable(who.anchor, dn, msgspec.structs.replace(cut, object=dn))

    def _unreadable(self, record: str, who: Identity | None, problem: Problem, line: int) -> Unreadable:
        """A record set aside, named by its DN as far as that can be read, and by its line."""
        dn = _dn_text(record, who)
        anchor = who.anchor if who else None
        if anchor is None:
            self.clean = False
        details = {**problem.details, "line": str(line)}
        return Unreadable(anchor, dn, msgspec.structs.replace(problem, object=dn or f"line {line}", details=details))

    def _object(self, record: str, who: Identity, records: Records) -> Iterator[Item | Problem]:
        table = self._table(who)
        if table is None:
            return
        if who.type is None or who.anchor is None:
            refuse_change(record)
        if who.anchor is None:
            raise BadRecord("ldif-no-anchor")
        if who.type is None:
            raise BadRecord("ldif-no-class", "objectClass")
        if DELETED in record:
            yield Gone(who.anchor)
            return
        if doubled := self._found.doubled.get(who.anchor):
            if who.anchor not in self._given:
                self._given.add(who.anchor)
                yield self._unreadable(record, who, doubled, records.line())
            return
        resolver = _Resolver(self._found)
        yield from self._whole(record, who, table, resolver)
        if resolver.missing:
            yield resolver.warning(printable(who.dn), records.line())

    def _table(self, who: Identity) -> Table | None:
        """How to read it; None for types that are not wanted and for what lies outside the base."""
        base = self._found.wanted_base
        if base is not None and not is_below(_key(who.dn), base):
            return None
        if who.type is None:
            return next(iter(self._tables.values()), None)
        return self._tables.get(who.type)

    def _whole(self, record: str, who: Identity, table: Table, resolver: _Resolver) -> Iterator[Item]:
        assert who.anchor
        assert who.type
        dn = who.dn
        if not dn.isascii() and printable(dn) != dn:
            raise BadRecord("ldif-bad-dn", "dn", dn)
        attributes, dns = read_content(record, table)
        complete(attributes, table, dn, who.anchor)
        inline: dict[str, tuple[Anchor, ...]] = {}
        continued: list[str] = []
        room = PAGE_VALUES - 1
        for name in dns if len(record) <= LARGE else table.link_names:
            if len(record) > LARGE or len(dns[name]) > room:
                resolver.check(links_named(record, table, name), name)
                continued.append(name)
                continue
            others = tuple(dict.fromkeys(resolver.resolved(dns[name], name)))
            if len(others) > 1 and is_single(name):
                first, second = dns[name][:2]
                raise BadRecord("ldif-two-values", name, first, second=f"“{shown(printable(second))}”")
            if others:
                inline[name] = others
                room -= len(others)
        parent = self._parent(who.dn)
        yield Whole(who.anchor, who.type, dn, parent, attributes, inline, tuple(continued))
        for name in continued:
            yield from _parts(who.anchor, name, resolver.resolved(links_named(record, table, name), name))

    def _parent(self, dn: str) -> Anchor | None:
        """The container's anchor; where the container is not in the file, the nearest one above it that is."""
        parent = parent_dn(dn)
        if parent is None:
            return None
        known = self._parents.get(parent)
        if known is None:
            if len(self._parents) >= _PARENTS:
                self._parents.clear()
            known = self._parents[parent] = self._nearest(parent)
        anchor, doubtful = known
        if doubtful:
            raise BadRecord("ldif-in-doubt-link", "parent", parent)
        return anchor

    def _nearest(self, dn: str) -> tuple[Anchor | None, bool]:
        above: str | None = dn
        doubtful = False
        try:
            while above is not None:
                if (anchor := self._found.index.find(above)) is not None:
                    return anchor, doubtful
                if not is_below(dn_key(above), self._found.base):
                    break
                doubtful = doubtful or self._found.in_doubt(above)
                above = parent_dn(above)
        except ValueError:
            raise BadRecord("ldif-bad-dn", "dn", dn) from None
        return None, doubtful


class _Resolver:
    """DNs of one object's links to anchors; what is not in the file is counted, and the first of it remembered."""

    def __init__(self, found: Survey) -> None:
        self._found = found
        self.missing = 0
        self._first: tuple[str, str] | None = None

    def resolved(self, dns: Iterable[str], attribute: str) -> Iterator[Anchor]:
        find = self._found.index.find
        for dn in dns:
            try:
                anchor = find(dn)
            except ValueError:
                raise BadRecord("ldif-bad-value", attribute, dn, why="it is no DN") from None
            if anchor is not None:
                yield anchor
            elif self._found.in_doubt(dn):
                raise BadRecord("ldif-in-doubt-link", attribute, dn)
            else:
                self.missing += 1
                self._first = self._first or (attribute, dn)

    def check(self, dns: Iterator[str], attribute: str) -> None:
        """Raise what reading them would raise, before the first part of them is given out."""
        for _ in _Resolver(self._found).resolved(dns, attribute):
            pass

    def warning(self, dn: str, line: int) -> Problem:
        """One warning for all links of an object that had to be left out."""
        attribute, first = self._first or ("", "")
        details = {"count": str(self.missing), "line": str(line)}
        return Problem("ldif-outside-link", dn, attribute, shown(printable(first)), details)


def _parts(anchor: Anchor, attribute: str, others: Iterator[Anchor]) -> Iterator[LinksReplaced]:
    """A long reference attribute in parts of a page each; the last one says so."""
    seen: set[int] = set()
    part: list[Anchor] = []
    first = True
    for other in others:
        if (hashed := hash(other)) in seen:
            continue
        seen.add(hashed)
        if len(part) == PAGE_VALUES:
            yield LinksReplaced(anchor, attribute, tuple(part), first=first, last=False)
            part, first = [], False
        part.append(other)
    yield LinksReplaced(anchor, attribute, tuple(part), first=first, last=True)


def _key(dn: str) -> str:
    try:
        return dn_key(dn)
    except ValueError:
        raise BadRecord("ldif-bad-dn", "dn", dn) from None


def _dn_text(record: str, who: Identity | None) -> str:
    if who:
        return printable(who.dn)
    try:
        return printable(dn_of(record))
    except BadRecord:
        return ""
