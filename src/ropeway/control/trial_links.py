"""What other rules would make of links: of those whose ends appear or vanish, and of those mapped otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ropeway.control.schema_views import Example
from ropeway.engine.work import BATCH
from ropeway.rules import Rules
from ropeway.store import explaining, surveying
from ropeway.store.database import Database
from ropeway.store.rows import Key
from ropeway.store.surveying import Tie

EXAMPLES = 3

What = tuple[str, str, str]
"""`linked` or `unlinked`, the owner's target type, the target attribute."""

Withheld = tuple[str, str]
"""References that are left out, by the old rules and by the new ones."""

References = Mapping[str, Mapping[str, str]]
"""By source type: source reference to target reference."""

_Ends = tuple[str, str]
"""The anchors of owner and other end."""


class Marked:
    """Numbers of entries, a bit each: a million of them are 125 KB."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        """Mark one."""
        place, bit = divmod(number, 8)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        self._bits[place] |= 1 << bit

    def __contains__(self, number: int | None) -> bool:
        return number is not None and number // 8 < len(self._bits) and bool(self._bits[number // 8] >> number % 8 & 1)

    def __iter__(self) -> Iterator[int]:
        return (place * 8 + bit for place, bits in enumerate(self._bits) if bits for bit in range(8) if bits >> bit & 1)


class LinkTrial:
    """Counts links that would be added or removed. `changing`: entries that would come to the directory or leave it.

    A link is in the directory where both ends are in scope, and a rule maps it in whose scope the owner is. An end that
    the job has not read itself counts as there: another job may provide it.
    """

    def __init__(self, database: Database, key: Key, before: Rules, after: Rules) -> None:
        self._db, self._key = database, key
        self._before, self._after = _references(before), _references(after)
        self._types = {name: rule.target_type for rules in (before, after) for name, rule in rules.by_type.items()}
        self.changing = Marked()
        self._withheld: dict[Withheld, Marked] = {}
        """Who is in the scope of which rules: a mark for each pair that occurs."""
        self.counts: Counter[What] = Counter()
        self._first: dict[What, list[_Ends]] = {}

    def withholds(self, number: int, before: str, after: str) -> None:
        """An entry whose rules leave out those references (`ObjectRule.withheld`), by the old rules and by the new."""
        self._withheld.setdefault((before, after), Marked()).add(number)

    def run(self) -> Iterator[tuple[What, int, tuple[Example, ...]]]:
        """What happens to how many, with examples."""
        for numbers in _portions(self.changing):
            with self._db.read() as c:
                for tie in surveying.ties_of(c, numbers):
                    self._compare(tie)
                for tie in surveying.ties_to(c, self._key, numbers):
                    if tie.owner not in self.changing:
                        self._compare(tie)
        for (before, after), marked in self._withheld.items():
            for numbers in _portions(marked) if before != after else ():
                with self._db.read() as c:
                    for tie in surveying.ties_of(c, numbers):
                        self._alone(tie)
        for type_ in self._before.keys() | self._after.keys():
            self._remapped(type_)
        for what, count in sorted(self.counts.items(), key=lambda item: (-item[1], item[0])):
            yield what, count, tuple(self._examples(what))

    def _remapped(self, type_: str) -> None:
        old, new = self._before.get(type_, {}), self._after.get(type_, {})
        differing = [name for name in old.keys() | new.keys() if old.get(name) != new.get(name)]
        if not differing:
            return
        with self._db.read() as c:
            for tie in surveying.ties_by(c, self._key, type_, differing):
                before, after = self._withheld_of(tie)
                if before == after:
                    self._alone(tie)

    def _alone(self, tie: Tie) -> None:
        if tie.owner not in self.changing and tie.other_number not in self.changing:
            self._compare(tie)

    def _withheld_of(self, tie: Tie) -> Withheld:
        found = (pair for pair, marked in self._withheld.items() if tie.owner in marked)
        return next(found, (tie.owner_withheld, tie.owner_withheld))

    def _compare(self, tie: Tie) -> None:
        before, after = self._withheld_of(tie)
        owner, other = bool(tie.owner_in), _is_there(tie)
        was = _flows_to(self._before, tie, before) if owner and other else None
        owner ^= tie.owner in self.changing
        other ^= tie.other_number in self.changing
        becomes = _flows_to(self._after, tie, after) if owner and other else None
        if was != becomes:
            for what, name in (("unlinked", was), ("linked", becomes)):
                if name is not None:
                    self._note((what, self._types[tie.owner_type], name), (tie.owner_anchor, tie.other))

    def _note(self, what: What, ends: _Ends) -> None:
        self.counts[what] += 1
        first = self._first.setdefault(what, [])
        if len(first) < EXAMPLES:
            first.append(ends)

    def _examples(self, what: What) -> Iterator[Example]:
        tenant, job, ends = self._key["tenant"], self._key["job"], self._first[what]
        with self._db.read() as c:
            dns = explaining.dns_of(c, tenant, [(job, anchor) for pair in ends for anchor in pair])
        for owner, other in ends:
            name, end = dns.get((job, owner), owner), dns.get((job, other), other)
            yield Example(object=name, after=end) if what[0] == "linked" else Example(object=name, before=end)


def _flows_to(references: References, tie: Tie, withheld: str) -> str | None:
    """The target attribute of a link of an owner in scope."""
    name = references.get(tie.owner_type, {}).get(tie.attribute)
    return None if name is None or tie.attribute in withheld.split() else name


def _is_there(tie: Tie) -> bool:
    elsewhere = tie.other_number is None or tie.other_type == "foreignSecurityPrincipal"
    return elsewhere or bool(tie.other_in)


def _references(rules: Rules) -> References:
    return {name: rule.references for name, rule in rules.by_type.items()}


def _portions(numbers: Marked) -> Iterator[list[int]]:
    part: list[int] = []
    for number in numbers:
        part.append(number)
        if len(part) == BATCH:
            yield part
            part = []
    if part:
        yield part
