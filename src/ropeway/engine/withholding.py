"""References that the rules of one object leave out, though others of its type map them.

Rules of one type differ in scope, so an object may come into the scope of one that maps a reference, or leave it. Then
what the target was told is taken back, or what the source has is told; meanwhile there is nothing to tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ropeway.engine.records import Entry
from ropeway.engine.references import FORMER
from ropeway.engine.work import Work
from ropeway.rules import ObjectRule


def turn(work: Work, told: Iterable[tuple[Entry, ObjectRule, str]]) -> None:
    """Links of objects that the target knows, by the rules of before and of now; `str`: what was left out before."""
    turned: defaultdict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for entry, rule, before in told:
        if rule.withheld != before:
            was, now = set(before.split()), set(rule.withheld.split())
            for attribute in was ^ now:
                turned[entry.type, attribute, attribute in now].append(entry.number)
    for (type_, attribute, withheld), numbers in turned.items():
        rule = work.rules.rule_for(type_)
        name = rule.references.get(attribute) if rule else None
        former = name and FORMER + name
        work.state.remap_links_of(numbers, attribute, *((former, None) if withheld else (None, former)))


def pending(work: Work, decided: Sequence[tuple[Entry, ObjectRule]]) -> set[int]:
    """Which objects (`Entry.number`) have link changes to be told; those that are left out are none."""
    numbers = work.state.with_pending_links([entry.number for entry, _ in decided])
    silent: defaultdict[str, list[int]] = defaultdict(list)
    for entry, rule in decided:
        if rule.withheld and entry.number in numbers:
            silent[rule.withheld].append(entry.number)
    for withheld, owners in silent.items():
        work.state.links_in_step(owners, withheld.split())
    looked = [number for owners in silent.values() for number in owners]
    return numbers.difference(looked) | work.state.with_pending_links(looked) if looked else numbers
