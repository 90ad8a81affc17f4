"""What stands in an export beside its entries: ldapsearch's results and counts, referrals, comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ropeway.connectors.ldif.lines import printable
from ropeway.model.problems import Problem, shown

_RESULT = re.compile(r"^(?:# )?result: (\d+)(?: ([^\n]*))?$", re.M)
_COUNT = re.compile(r"^# (?:numEntries: (\d+)|(\d+) entries)$", re.M)
_STRAY = re.compile(
    r"(?:version|search|result|ref|control|pagedresults|matchedDN|text|sortResult|vlvResult|vlvResultPos)"
    r"::?(?: |\n|\Z)"
)
_HEADERS = ("# extended LDIF\n", "# LDAPv3\n")
_MARKS = ("\nchangetype: add", "\nuSNChanged: ", "\nentryCSN: ")


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

    def enter(self, raw: str) -> None:
        """Note an entry."""
        if not self.entries:
            self.needs_empty_line = any(mark in raw for mark in _MARKS)
        self.entries += 1
        self.closed = False

    def note(self, raw: str) -> None:
        """Note what ldapsearch wrote around its entries."""
        if any(header in raw + "\n" for header in _HEADERS):
            self.needs_result = True
        if (result := _RESULT.search(raw)) is not None:
            self.closed = True
            if int(result[1]) and not self.result:
                self.result = shown(f"{result[1]} {printable(result[2] or '')}".strip())
        for count in _COUNT.finditer(raw):
            self.closed = True
            self.counted = (self.counted or 0) + int(count[1] or count[2])

    def problem(self, name: str, rest: str) -> Problem | None:
        """Why the file cannot be whole, seen at its end; `rest` is what follows the last empty line."""
        why = ""
        if rest and not rest.endswith("\n"):
            why = "Its last line has no end."
        elif rest.strip("\n") and self.needs_empty_line and not is_comment(rest):
            why = "It ends within an entry: the empty line that ends each entry is missing."
        elif self.result:
            return Problem("ldif-limit", object=name, details={"result": self.result, "path": name})
        elif self.needs_result and not self.closed:
            why = "It begins as ldapsearch writes, but the result that ldapsearch writes at the end is missing."
        elif self.counted is not None and self.counted != self.entries:
            why = f"It says that it holds {self.counted} entries, and holds {self.entries}."
        return Problem("ldif-truncated", object=name, details={"why": why, "path": name}) if why else None


def is_beside(record: str) -> bool:
    """Whether a straightened record is no entry, and harmless: comments, results, referrals, the root DSE."""
    if record[:3] == "dn:":
        return record[3:5].strip(" ")[:1] in ("", "\n")
    return not record.strip() or bool(_STRAY.match(record))


def is_comment(rest: str) -> bool:
    """Whether some lines are nothing but comments."""
    return all(line.startswith("#") or not line for line in rest.split("\n"))
