"""The first pass over a file: who is in it, and whether it is whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ropeway.connectors.ldif.dn import dn_key, domain_part, is_below
from ropeway.connectors.ldif.file import LdifFile
from ropeway.connectors.ldif.identity import Identity, dn_of, identify
from ropeway.connectors.ldif.index import Index, Place
from ropeway.connectors.ldif.lines import BadRecord, printable, straightened
from ropeway.connectors.ldif.neighbours import Neighbours
from ropeway.connectors.ldif.records import Records
from ropeway.connectors.ldif.trailer import Ending, is_beside, is_comment
from ropeway.model.anchors import Anchor
from ropeway.model.problems import Problem, RopewayError, shown

DELETED = "\nisDeleted: TRUE"
"""A tombstone, exported by a search that shows deleted objects."""


@dataclass(slots=True)
class Survey:
    """What the first pass found."""

    file: LdifFile
    wanted_base: str | None
    index: Index = field(default_factory=Index)
    counts: Counter[str] = field(default_factory=Counter[str])
    """Objects by type, at or below the base."""
    base: str = ""
    """Key of the base's DN: the setting, or the shortest DC= part."""
    roots: dict[str, Anchor] = field(default_factory=dict[str, Anchor])
    """Entries that are the head of a domain, by their DN's key."""
    doubled: dict[Anchor, Problem] = field(default_factory=dict[Anchor, Problem])
    """Objects that are in the file twice, with differences."""
    repeated: set[int] = field(default_factory=set[int])
    """Numbers of records that say again what another says, word for word."""
    ending: Ending = field(default_factory=Ending)
    cut: Problem | None = None
    """Why the file is not whole."""
    nameless: bool = False
    """An entry has neither DN nor anchor: any object may be it."""

    @property
    def domain(self) -> str:
        """The domain's objectGUID, or, where the domain's own entry is not in the file, its base DN."""
        return self.roots.get(self.base) or self.base_name

    @property
    def base_name(self) -> str:
        """The domain by its base alone."""
        return "base:" + printable(self.base)

    @property
    def whole(self) -> bool:
        """Whether an object that is not in the file is not in the domain either."""
        return not (self.cut or self.nameless or self.index.doubtful)

    def in_doubt(self, dn: str) -> bool:
        """Whether a DN that cannot be resolved might nevertheless be there."""
        return self.cut is not None or self.nameless or self.index.doubts(dn)


def survey(file: LdifFile, wanted_base: str | None) -> Survey:
    """Read the file once. RopewayErrors: it is empty, it is not LDIF, it is of another domain."""
    found = Survey(file, wanted_base)
    records = Records(file.file, file.start)
    surveyor = _Surveyor(found, records)
    first = ""
    for raw in records:
        first = first or raw[:400]
        surveyor.enter(raw)
    rest = records.rest
    if is_comment(rest):
        found.ending.note(rest)
    found.cut = found.ending.problem(file.name, rest)
    if rest.strip("\n") and found.cut is None and not is_comment(rest):
        surveyor.enter(rest.strip("\n"))
        found.cut = found.ending.problem(file.name, "")
    found.index.finish()
    _refuse(found, first or rest.lstrip("\n")[:400])
    return found


class _Surveyor:
    def __init__(self, found: Survey, records: Records) -> None:
        self._found = found
        self._records = records
        self._neighbours = Neighbours(found.file)

    def enter(self, raw: str) -> None:
        found = self._found
        record = straightened(raw)
        if is_beside(record) or record[:3] != "dn:":
            found.nameless = found.nameless or not is_beside(record)
            found.ending.note(raw)
            return
        found.ending.enter(record)
        if raw[:1] == "#":
            found.ending.note(raw.partition("\ndn:")[0])
        if DELETED in record:
            return
        try:
            who = identify(record)
            key = dn_key(who.dn)
        except (BadRecord, ValueError):
            self._doubt(record)
            return
        if who.anchor is None:
            found.index.doubt(key)
        else:
            self._add(raw, who, who.anchor, key)

    def _add(self, raw: str, who: Identity, anchor: Anchor, key: str) -> None:
        found = self._found
        inside = found.wanted_base is None or is_below(key, found.wanted_base)
        if inside and not (found.base and key.endswith(found.base)):
            self._widen_base(key)
        same_dn, same_anchor = found.index.add(key, anchor, self._records.block_at)
        if same_dn or same_anchor:
            self._repeat(raw, anchor, key, same_dn, same_anchor)
        elif inside:
            found.counts[who.type or ""] += 1
            if who.type in ("domainDNS", "container") and domain_part(key) == key:
                found.roots[key] = anchor

    def _widen_base(self, key: str) -> None:
        found = self._found
        if printable(key) != key:
            return
        part = found.wanted_base or domain_part(key)
        if not found.base or is_below(found.base, part):
            found.base = part

    def _repeat(self, raw: str, anchor: Anchor, key: str, same_dn: Place | None, same_anchor: Place | None) -> None:
        """An object for the second time: harmless word for word; otherwise every object concerned is set aside."""
        first = same_anchor or same_dn
        assert first
        if same_anchor and self._neighbours.record(first) == raw:
            self._found.repeated.add(self._records.number)
            return
        details = {"other": str(self._records.line()), "what": "objectGUID" if same_anchor else "DN"}
        if not same_anchor or not same_dn:
            self._found.index.doubt(key)
        for one in {anchor, first.anchor}:
            self._found.doubled[one] = Problem("ldif-twice", details=details)

    def _doubt(self, record: str) -> None:
        try:
            self._found.index.doubt(dn_key(dn_of(record)))
        except (BadRecord, ValueError):
            self._found.nameless = True


def _refuse(found: Survey, first: str) -> None:
    name = found.file.name
    if not found.ending.entries:
        if is_beside(straightened(first)):
            raise RopewayError(Problem("ldif-empty", object=name))
        line = shown(printable(first.lstrip().partition("\n")[0][:160]))
        raise RopewayError(Problem("ldif-not-ldif", object=name, value=line, details={"looks": _looks(first)}))
    if found.wanted_base and not found.base and not found.cut:
        raise RopewayError(Problem("ldif-outside-base", object=name, details={"base": printable(found.wanted_base)}))
    found.base = found.base or found.wanted_base or ""


def _looks(first: str) -> str:
    starts = {
        "\x1f\udc8b": "a gzip archive (unpack it: `gunzip`)",
        "PK": "a zip archive (unpack it)",
        "{": "JSON",
        "[": "JSON",
        "<": "XML",
        "SQLite format": "a SQLite database",
        '"DN"': "CSV as csvde writes it (use ldifde)",
        "DN,": "CSV as csvde writes it (use ldifde)",
    }
    text = first.lstrip("\ufeff \t\n")
    return next((what for start, what in starts.items() if text.startswith(start)), "something else")
