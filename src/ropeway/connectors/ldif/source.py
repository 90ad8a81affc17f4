"""A Source over an export: no server, no credentials, and no deltas; a changed file is read again."""

from __future__ import annotations

from collections.abc import Iterator

from ropeway.connectors.ldif.apart import LARGE, read_apart
from ropeway.connectors.ldif.file import LdifFile, explained
from ropeway.connectors.ldif.index import Place
from ropeway.connectors.ldif.lines import printable
from ropeway.connectors.ldif.marks import Mark, short, unpack_mark
from ropeway.connectors.ldif.one import find_one
from ropeway.connectors.ldif.paging import paged
from ropeway.connectors.ldif.reading import CONTAINERS, RecordReader
from ropeway.connectors.ldif.records import Records
from ropeway.connectors.ldif.schema import object_definitions
from ropeway.connectors.ldif.settings import LdifSettings
from ropeway.connectors.ldif.survey import Survey, survey
from ropeway.engine.ports import FullReadNeeded
from ropeway.model.anchors import Anchor
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.pages import AnchorPage, Item, Page, Unreadable, Whole
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.watermark import Wanted, Watermark

_ANCHORS = 1000


class LdifSource:
    """The objects of one file. A file that gets new contents under the same name is opened again at the next read."""

    def __init__(self, settings: LdifSettings, *, apart: bool = True) -> None:
        self._settings = settings
        self._apart = apart
        """Whether a large file is read by a process of its own."""
        self._file = LdifFile(settings.path)
        self._found: Survey | None = None
        self._digest: bytes | None = None

    def describe(self) -> DirectoryDefinition:
        """AD's own schema as published, as far as Ropeway needs it; the id is the domain's objectGUID."""
        found = self._survey()
        return DirectoryDefinition(found.domain, printable(found.base), object_definitions())

    def read(self, watermark: Watermark | None, wanted: Wanted) -> Iterator[Page]:
        """The whole file, or nothing where it is the one that was read; a file has no history to read from."""
        self._refresh()
        if watermark is None:
            apart = self._apart and self._file.is_named and self._file.size() >= LARGE
            return read_apart(self._settings, wanted) if apart else self._read_all(wanted)
        self._continue(watermark, wanted)
        return iter(())

    def read_one(self, anchor: Anchor, wanted: Wanted) -> Whole | None:
        """One object by its place in the file, then a scan for the links that point to it (5 s for 100,000 objects).

        None where the file does not have it or cannot make sense of it; RopewayError `ldif-in-doubt` where it is
        missing from a file that is not whole.
        """
        self._refresh()
        found = self._survey()
        at = found.index.offset_of(anchor)
        if at is None:
            if not found.whole:
                raise RopewayError(Problem("ldif-in-doubt", object=anchor))
            return None
        with explained(self._settings.path):
            return find_one(found, Place(anchor, at), wanted)

    def resolve(self, dn: str, wanted: Wanted) -> Whole | None:
        """The object with that DN, however it is written."""
        self._refresh()
        try:
            anchor = self._survey().index.find(dn)
        except ValueError:
            return None
        return self.read_one(anchor, wanted) if anchor else None

    def anchors(self, wanted: Wanted) -> Iterator[AnchorPage]:
        """The anchors of all entries, of whatever type; complete where the file is whole."""
        del wanted
        self._refresh()
        found = self._survey()
        held: list[Anchor] = []
        for anchor in found.index.anchors():
            held.append(anchor)
            if len(held) == _ANCHORS:
                yield AnchorPage(tuple(held))
                held = []
        yield AnchorPage(tuple(held), complete=found.whole)

    def reports_deletions(self) -> bool:
        """No: what is missing from the next export was deleted, and only a full read shows that."""
        return False

    def close(self) -> None:
        """Let go of the file, its copy and the index."""
        self._forget()
        self._file.close()

    def _read_all(self, wanted: Wanted) -> Iterator[Page]:
        found = self._survey()
        mark = self._watermark(wanted)
        total = sum(found.counts[type_] for type_ in {*wanted.types, *CONTAINERS})
        reader = RecordReader(found, wanted)
        pages = paged(self._items(reader), total)
        with explained(self._settings.path):
            last = next(pages, Page((), total=total))
            for page in pages:
                yield last
                last = page
        problem = found.cut or self._changed()
        if problem:
            yield last
            yield Page((Unreadable(None, "", problem),), total=total)
            return
        yield Page(last.items, mark, complete=reader.clean, total=total, problems=last.problems)

    def _items(self, reader: RecordReader) -> Iterator[Item | Problem]:
        found = self._survey()
        records = Records(self._file.file, self._file.start)
        for raw in records:
            if records.number not in found.repeated:
                yield from reader.items(raw, records)
        rest = records.rest.strip("\n")
        if found.cut:
            yield from reader.cut_off(rest, found.cut)
        elif rest and records.number not in found.repeated:
            yield from reader.items(rest, records)

    def _survey(self) -> Survey:
        if self._found is None:
            with explained(self._settings.path):
                self._found = survey(self._file, self._settings.base)
        return self._found

    def _contents(self) -> bytes:
        if self._digest is None:
            self._digest = self._file.digest()
        return self._digest

    def _refresh(self) -> None:
        """Another file under the same name, or new contents, are another file."""
        if self._file.on_disk() != self._file.opened_as:
            self._forget()
            self._file.close()
            self._file = LdifFile(self._settings.path)

    def _forget(self) -> None:
        if self._found:
            self._found.index.close()
        self._found = self._digest = None

    def _changed(self) -> Problem | None:
        if self._file.now() == self._file.opened_as:
            return None
        self._forget()
        return Problem("ldif-changed", object=self._file.name, details={"path": self._file.name})

    def _watermark(self, wanted: Wanted) -> Watermark:
        found = self._survey()
        size, modified = self._file.opened_as
        domain = short(found.domain, self._settings.domain or "")
        mark = Mark(self._contents(), size, modified, short(found.base), domain)
        return Watermark("ldif", found.domain, "", 0, modified / 1e9, wanted.digest, mark.pack())

    def _continue(self, watermark: Watermark, wanted: Wanted) -> None:
        """Nothing, where the watermark is of these contents; otherwise why not."""
        try:
            mark = unpack_mark(watermark.opaque) if watermark.method == "ldif" else None
        except ValueError:
            mark = None
        if mark is None or mark.domain != short(watermark.domain, self._settings.domain or ""):
            self._require_domain(watermark, mark)
            raise FullReadNeeded("the watermark is not one of an LDIF file")
        same = (mark.size, mark.modified) == self._file.opened_as or (
            mark.size == self._file.opened_as[0] and mark.digest == self._contents()
        )
        if not same:
            self._require_domain(watermark, mark)
            raise FullReadNeeded("the file has other contents than when it was read")
        if watermark.wanted != wanted.digest:
            raise FullReadNeeded("other types or attributes are wanted than when the file was read")

    def _require_domain(self, watermark: Watermark, mark: Mark | None) -> None:
        """Refuse another domain's watermark; an export without the domain's own entry is known by its base."""
        found = self._survey()
        if watermark.domain == found.domain or watermark.domain == found.base_name:
            return
        if mark and mark.base == short(found.base) and found.domain == found.base_name:
            return
        raise RopewayError(
            Problem(
                "watermark-of-another-domain",
                object=self._file.name,
                details={"mark": watermark.domain, "found": found.domain},
            )
        )
