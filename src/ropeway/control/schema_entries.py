"""Objects to try rules on: pasted as LDIF, read live from a job's source, or written in a file of cases."""

from __future__ import annotations

import base64
import re
import tempfile
import time
import uuid
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ropeway.control.sources import Sources, open_source
from ropeway.engine.mapping import Setting, source_attributes
from ropeway.engine.ports import Resolves, Source
from ropeway.engine.records import Entry
from ropeway.engine.work import filetime
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.pages import Page, Unreadable, Whole
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.values import Attributes, digest, pack
from ropeway.model.watermark import Wanted
from ropeway.rules import source_anchor

PASTED = "the pasted entry"

_BETWEEN_ENTRIES = re.compile(r"((?:\r?\n){2,})")
_NAME_LINE = re.compile(r"^dn:", re.M | re.I)
_ANCHOR_LINE = re.compile(r"^(?:objectGUID|entryUUID)\b|^dn:\s*<GUID=", re.M | re.I)


@dataclass(frozen=True, slots=True)
class Subject:
    """An object that rules or an expression are tried on."""

    name: str
    type: str
    attributes: Attributes
    """The source's own, and those that every object has."""
    problem: Problem | None = None
    """Why it cannot be read."""


def subject(name: str, type_: str, dn: str, anchor: str, attributes: Attributes, now: int | None = None) -> Subject:
    """An object with the attributes that no server sends; those that `attributes` has itself stay."""
    made = anchor or _stand_in(name)
    own_anchor = source_anchor(type_, attributes, made)
    entry = Entry(Anchor(made), own_anchor, type_, None, dn, pack(attributes), b"", True)
    full = source_attributes(entry, dn, Setting(now if now is not None else filetime(time.time())))
    return Subject(name, type_, {**full, **attributes})


def of_ldif(text: str, wanted: Wanted) -> Iterator[Subject]:
    """The entries of a pasted text that are of a wanted type."""
    with tempfile.TemporaryDirectory(prefix="ropeway-") as folder:
        path = Path(folder, "entry.ldif")
        path.write_text(_with_anchors(text), encoding="utf-8", errors="surrogateescape")
        with _as_pasted(str(path)):
            source = open_source(SourceSettings("ldif", {"path": str(path)}), None)
            try:
                for page in source.read(None, wanted):
                    yield from _of_page(page, wanted)
            finally:
                source.close()


def _with_anchors(text: str) -> str:
    """Pasted entries; those without an objectGUID get a stand-in, because people type entries by hand."""
    parts = _BETWEEN_ENTRIES.split(text.strip("\r\n"))
    return "".join(_anchored(part) for part in parts) + "\n\n"


def _anchored(entry: str) -> str:
    if _ANCHOR_LINE.search(entry) or not _NAME_LINE.search(entry):
        return entry
    raw = base64.b64encode(uuid.UUID(_stand_in(entry)).bytes_le).decode()
    return f"{entry}\nobjectGUID:: {raw}"


def _of_page(page: Page, wanted: Wanted) -> Iterator[Subject]:
    for item in page.items:
        if isinstance(item, Whole) and item.type in wanted.types:
            yield _of_whole(item)
        elif isinstance(item, Unreadable) and item.dn:
            yield Subject(item.dn, "", {}, item.problem)


@contextmanager
def _as_pasted(path: str) -> Generator[None]:
    """Within, problems do not name the file in which the pasted text lies for a moment."""
    try:
        yield
    except RopewayError as error:
        problem = error.problem
        details = {name: text.replace(path, PASTED) for name, text in problem.details.items()}
        made = msgspec.structs.replace(problem, object=problem.object.replace(path, PASTED), details=details)
        raise RopewayError(made) from error


def of_source(settings: JobSettings, name: str, anchor: str | None, wanted: Wanted, sources: Sources) -> Subject:
    """An object as it is in the source right now, by its anchor where that is known, else by its DN."""
    source = sources(settings.source)
    try:
        found = _read(source, name, Anchor(anchor) if anchor else None, wanted)
    finally:
        source.close()
    if found is None:
        raise RopewayError(Problem("object-unknown", object=name))
    return _of_whole(found)


def _read(source: Source, name: str, anchor: Anchor | None, wanted: Wanted) -> Whole | None:
    if anchor is not None:
        return source.read_one(anchor, wanted)
    return source.resolve(name, wanted) if isinstance(source, Resolves) and "=" in name else None


def _of_whole(whole: Whole) -> Subject:
    return subject(whole.dn, whole.type, whole.dn, whole.anchor, whole.attributes)


def _stand_in(name: str) -> str:
    """A GUID for an entry that has none, the same for the same name."""
    h = digest(name.encode("utf-8", "surrogatepass")).hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"
