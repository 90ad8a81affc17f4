"""A Source over what clients uploaded to its job (Graph: API-driven provisioning, bulkUpload). Nobody is ever gone."""

from __future__ import annotations

from collections.abc import Iterator

from ropeway.control.sources import Sources
from ropeway.engine.ports import FullReadNeeded, Source
from ropeway.model.anchors import Anchor
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.job import SourceSettings
from ropeway.model.pages import Page, Whole
from ropeway.model.values import Attributes
from ropeway.model.watermark import Wanted, Watermark
from ropeway.rules.definitions import built_in
from ropeway.store import uploads
from ropeway.store.database import Database
from ropeway.store.uploads import Upload

USER, MANAGER = "User", "manager"
PAGE = 500


class WithUploads:
    """Implements `Sources`: uploads from the state itself, everything else as another does."""

    def __init__(self, database: Database, otherwise: Sources) -> None:
        self._db, self._otherwise = database, otherwise

    def __call__(self, settings: SourceSettings, job: int = 0) -> Source:
        """The source."""
        return Uploaded(self._db, job) if settings.kind == "uploads" else self._otherwise(settings, job)


class Uploaded:
    """People whom clients uploaded to one job."""

    def __init__(self, database: Database, job: int) -> None:
        self._db, self._job = database, job

    def describe(self) -> DirectoryDefinition:
        """Users of SCIM; attributes of one's own are listed in the job's schema."""
        known = built_in("API")
        assert known is not None
        return DirectoryDefinition(f"uploads of job {self._job}", known.name, known.objects)

    def read(self, watermark: Watermark | None, wanted: Wanted) -> Iterator[Page]:
        """Everybody, or whom something was said of since the watermark."""
        if watermark is not None and (watermark.method, watermark.wanted) != ("uploads", wanted.digest):
            raise FullReadNeeded("other attributes are read now")
        begin = (watermark.usn, watermark.time) if watermark else (0, 0.0)
        return self._pages(*begin, wanted, is_full=watermark is None)

    def _pages(self, sequence: int, at: float, wanted: Wanted, *, is_full: bool) -> Iterator[Page]:
        while True:
            with self._db.read() as c:
                found = uploads.after(c, self._job, sequence, PAGE)
            sequence, at = (found[-1].sequence, found[-1].time) if found else (sequence, at)
            is_last = len(found) < PAGE
            mark = Watermark("uploads", f"uploads of job {self._job}", "", sequence, at, wanted.digest)
            items = tuple(_whole(one, wanted) for one in found)
            yield Page(items, mark if is_last or not is_full else None, complete=is_full and is_last)
            if is_last:
                return

    def read_one(self, anchor: Anchor, wanted: Wanted) -> Whole | None:
        """One person, and whose manager they are."""
        return self.resolve(anchor, wanted)

    def resolve(self, dn: str, wanted: Wanted) -> Whole | None:
        """The same by external id, which is the name of a person here."""
        with self._db.read() as c:
            found = uploads.find(c, self._job, dn)
            if found is None:
                return None
            reports = uploads.reports(c, self._job, found.anchor)
        return _whole(found, wanted, {MANAGER: tuple(reports)} if reports else {})

    def close(self) -> None:
        """The database is not the source's own."""


def _whole(one: Upload, wanted: Wanted, referenced_by: dict[str, tuple[Anchor, ...]] | None = None) -> Whole:
    names = {name.lower() for name in wanted.types.get(USER, ())}
    said: Attributes = {name: value for name, value in one.said.items() if name != MANAGER and name.lower() in names}
    links = {MANAGER: (one.manager,) if one.manager else ()} if MANAGER in names else {}
    return Whole(one.anchor, USER, one.external_id, None, said, links, referenced_by=referenced_by or {})
