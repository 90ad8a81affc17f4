"""The first pass over a file: who is in it, and whether it is whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ropeway.connectors.ldif.dn import dn_key, domain_part, is_below
from ropeway.connectors.ldif.file import LdifFile
from ropeway.connectors.ldif.identity import Identity, dn_of, identify
from ropeway.connectors.ldif.index import Index, Place
from ropeway.connectors.ldif.lines import BadRecord, straightened
from ropeway.connectors.ldif.records import Records
from ropeway.connectors.ldif.trailer import Ending, is_beside
from ropeway.model.anchors import Anchor
from ropeway.model.problems import Problem, RopewayError, shown

_DELETED = b"\nisDeleted: TRUE"


@dataclass(slots=True)
class Survey:
    """What the first pass found."""

    file: LdifFile
    wanted_base: bytes | None
    index: Index = field(default_factory=Index)
    counts: Counter[str] = field(default_factory=Counter[str])
    """Objects by type, at or below the base."""
    base: bytes = b""
    """Key of the base's DN: the setting, or the shortest DC= part."""
    roots: dict[bytes, Anchor] = field(default_factory=dict[bytes, Anchor])
    doubled: dict[Anchor, Problem] = field(default_factory=dict[Anchor, Problem])
    """Objects that are in the file twice, with differences."""
    repeated: set[int] = field(default_factory=set[int])
    """Offsets of records that say again what another says, word for word."""
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
        return "base:" + self.base.decode("utf-8", "replace")

    def in_doubt(self, dn: bytes) -> bool:
        """Whether a DN that cannot be resolved might nevertheless be there."""
        return self.cut is not None or self.nameless or self.index.doubts(dn)


def survey(file: LdifFile, wanted_base: bytes | None) -> Survey:
    """Read the file once. RopewayErrors: it is empty, it is not LDIF, it is of another domain."""
    found = Survey(file, wanted_base)
    records = Records(file.file, file.start)
    first = b""
    for at, raw in records:
        first = first or raw[:400]
        _enter(found, records, at, raw)
    rest = records.rest
    found.cut = found.ending.problem(file.name, rest)
    if rest.strip(b"\n") and found.cut is None:
        _enter(found, records, records.rest_at, rest.rstrip(b"\n"))
        found.cut = found.ending.problem(file.name, b"")
    found.index.finish()
    _refuse(found, first or rest[:400])
    return found


def _enter(found: Survey, records: Records, at: int, raw: bytes) -> None:
    record = straightened(raw)
    if record[:3] != b"dn:" or is_beside(record):
        if not is_beside(record):
            found.nameless = True
        found.ending.note(raw)
        return
    found.ending.enter(raw)
    if raw[:1] == b"#":
        found.ending.note(raw.partition(b"\ndn:")[0])
    if _DELETED in record:
        return
    try:
        who = identify(record)
        key = dn_key(who.dn)
    except (BadRecord, ValueError):
        _doubt(found, record)
        return
    if who.anchor is None:
        found.index.doubt(key)
        return
    _add(found, records, at, raw, who, key)


def _add(found: Survey, records: Records, at: int, raw: bytes, who: Identity, key: bytes) -> None:
    assert who.anchor
    if found.wanted_base is None:
        if not key.endswith(found.base) or not found.base:
            _widen_base(found, key)
    elif is_below(key, found.wanted_base):
        found.base = found.wanted_base
    else:
        found.index.add(key, who.anchor, at)
        return
    same_dn, same_anchor = found.index.add(key, who.anchor, at)
    if same_dn or same_anchor:
        _repeat(found, records, at, raw, who.anchor, key, same_dn, same_anchor)
        return
    found.counts[who.type or ""] += 1
    if who.type == "domainDNS":
        found.roots[key] = who.anchor


def _widen_base(found: Survey, key: bytes) -> None:
    part = domain_part(key)
    if not found.base or is_below(found.base, part):
        found.base = part


def _repeat(
    found: Survey,
    records: Records,
    at: int,
    raw: bytes,
    anchor: Anchor,
    key: bytes,
    same_dn: Place | None,
    same_anchor: Place | None,
) -> None:
    """An object for the second time: harmless word for word; otherwise every object concerned is set aside."""
    first = same_anchor or same_dn
    assert first
    if next(iter(Records(found.file.file, first.at)), (0, b""))[1] == raw:
        found.repeated.add(at)
        return
    details = {"line": f"from byte {first.at}", "other": str(records.line_at(at)), "what": "objectGUID"}
    if not same_anchor:
        details["what"] = "DN"
        found.index.doubt(key)
    for one in {anchor, first.anchor}:
        found.doubled[one] = Problem("ldif-twice", details=details)


def _doubt(found: Survey, record: bytes) -> None:
    try:
        found.index.doubt(dn_key(dn_of(record)))
    except (BadRecord, ValueError):
        found.nameless = True


def _refuse(found: Survey, first: bytes) -> None:
    name = found.file.name
    if not found.ending.entries:
        if not first.strip() or is_beside(straightened(first)):
            raise RopewayError(Problem("ldif-empty", object=name))
        line = first.lstrip().partition(b"\n")[0]
        text = shown(line[:160].decode("utf-8", "backslashreplace"))
        raise RopewayError(Problem("ldif-not-ldif", object=name, value=text, details={"looks": _looks(first)}))
    if found.wanted_base and not found.base:
        base = found.wanted_base.decode("utf-8", "replace")
        raise RopewayError(Problem("ldif-outside-base", object=name, details={"base": base}))


def _looks(first: bytes) -> str:
    starts = {
        b"\x1f\x8b": "a gzip archive (unpack it: `gunzip`)",
        b"PK": "a zip archive (unpack it)",
        b"{": "JSON",
        b"[": "JSON",
        b"<": "XML",
        b"SQLite format": "a SQLite database",
        b'"DN"': "CSV as csvde writes it (use ldifde)",
        b"DN,": "CSV as csvde writes it (use ldifde)",
    }
    text = first.lstrip()
    return next((what for start, what in starts.items() if text.startswith(start)), "something else")
