"""One object of a file, with its links and the links that point to it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec

from ropeway.connectors.ldif.identity import identify
from ropeway.connectors.ldif.index import Place
from ropeway.connectors.ldif.lines import BadRecord, straightened
from ropeway.connectors.ldif.neighbours import Neighbours
from ropeway.connectors.ldif.objects import links_of
from ropeway.connectors.ldif.reading import RecordReader
from ropeway.connectors.ldif.records import Records
from ropeway.connectors.ldif.survey import Survey
from ropeway.connectors.ldif.table import Table
from ropeway.model.anchors import Anchor
from ropeway.model.pages import Links, LinksReplaced, Unreadable, Whole
from ropeway.model.problems import RopewayError
from ropeway.model.watermark import Wanted


def find_one(found: Survey, place: Place, wanted: Wanted) -> Whole | None:
    """An indexed object; None where its type is not wanted. RopewayError: it cannot be read, and why."""
    whole: Whole | None = None
    longer: dict[str, list[Anchor]] = {}
    records = Records(found.file.file, place.at)
    record = Neighbours(found.file).record(place)
    for item in RecordReader(found, wanted).items(record, records):
        match item:
            case Whole():
                whole = item
            case LinksReplaced(attribute=attribute, others=others):
                longer.setdefault(attribute, []).extend(others)
            case Unreadable(problem=problem):
                raise RopewayError(problem)
            case _:
                pass
    if whole is None:
        return None
    links = whole.links | {name: tuple(others) for name, others in longer.items() if others}
    pointing = _pointing(found, whole, wanted)
    return msgspec.structs.replace(whole, links=links, continued=(), referenced_by=pointing)


def _pointing(found: Survey, whole: Whole, wanted: Wanted) -> Links:
    """Who points to an object: a scan of the whole file."""
    tables = {type_: Table(names) for type_, names in wanted.types.items()}
    pointing: dict[str, list[Anchor]] = {}
    for attribute, owner in _links_to(found, whole, tables):
        pointing.setdefault(attribute, []).append(owner)
    return {attribute: tuple(dict.fromkeys(owners)) for attribute, owners in pointing.items()}


def _links_to(found: Survey, whole: Whole, tables: dict[str, Table]) -> Iterator[tuple[str, Anchor]]:
    records = Records(found.file.file, found.file.start)
    find = found.index.find
    for raw in chain(records, (records.rest.strip("\n") for _ in range(1))):
        if records.number in found.repeated:
            continue
        record = straightened(raw)
        try:
            who = identify(record)
            table = tables.get(who.type or "")
            if table is None or who.anchor is None:
                continue
            for name, dn in links_of(record, table):
                if find(dn) == whole.anchor:
                    yield name, who.anchor
        except (BadRecord, ValueError):
            continue
