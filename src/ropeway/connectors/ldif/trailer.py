"""What stands in an export beside its entries: ldapsearch's results and counts, referrals, comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ropeway.model.problems import Problem, shown

_RESULT = re.compile(rb"^(?:# )?result: (\d+)(?: ([^\n]*))?$", re.M)
_COUNT = re.compile(rb"^# (?:numEntries: (\d+)|returned (\d+) records)$", re.M)
_STRAY = re.compile(
    rb"(?:version|search|result|ref|control|pagedresults|matchedDN|text|sortResult|vlvResult|vlvResultPos)::?(?: |\n|\Z)"
)
_HEADERS = (b"# extended LDIF\n", b"# LDAPv3\n")
_MARKS = (b"\nchangetype: add", b"\nuSNChanged: ", b"\nentryCSN: ")


@dataclass(slots=True)
class Ending:
    """What the file itself says about being whole."""

    needs_result: bool = False
    """The head is ldapsearch's, so the end must be too."""
    needs_empty_line: bool = False
    """A program wrote it: each writes an empty line after each entry. Something typed by hand may end without."""
    result: str = ""
    """The first result that is no success."""
    closed: bool = True
    counted: int | None = None
    entries: int = 0

    def enter(self, raw: bytes) -> None:
        """Note an entry."""
        if not self.entries:
            self.needs_empty_line = any(mark in raw for mark in _MARKS)
        self.entries += 1
        self.closed = False

    def note(self, raw: bytes) -> None:
        """Note what ldapsearch wrote around its entries."""
        if any(header in raw + b"\n" for header in _HEADERS):
            self.needs_result = True
        if (result := _RESULT.search(raw)) is not None:
            self.closed = True
            if int(result[1]) and not self.result:
                words = result[2] or b""
                self.result = shown(f"{result[1].decode()} {words.decode('utf-8', 'replace')}".strip())
        for count in _COUNT.finditer(raw):
            self.closed = True
            self.counted = (self.counted or 0) + int(count[1] or count[2])

    def problem(self, name: str, rest: bytes) -> Problem | None:
        """Why the file cannot be whole, seen at its end; `rest` is what follows the last empty line."""
        why = ""
        if rest and not rest.endswith(b"\n"):
            why = "Its last line has no end."
        elif rest.strip(b"\n") and self.needs_empty_line and not _is_comment(rest):
            why = "It ends within an entry: the empty line that ends each entry is missing."
        elif self.result:
            return Problem("ldif-limit", object=name, details={"result": self.result, "path": name})
        elif self.needs_result and not self.closed:
            why = "It begins as ldapsearch writes, but the result that ldapsearch writes at the end is missing."
        elif self.counted is not None and self.counted != self.entries:
            why = f"It says that it holds {self.counted} entries, and holds {self.entries}."
        return Problem("ldif-truncated", object=name, details={"why": why, "path": name}) if why else None


def is_beside(record: bytes) -> bool:
    """Whether a straightened record is no entry, and harmless: comments, results, referrals, the root DSE."""
    return not record or bool(_STRAY.match(record)) or record.partition(b"\n")[0].rstrip(b" ") == b"dn:"


def _is_comment(rest: bytes) -> bool:
    return all(line.startswith(b"#") or not line for line in rest.split(b"\n"))
