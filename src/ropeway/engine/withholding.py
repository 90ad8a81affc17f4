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
    differing = [
        (entry, set(rule.withheld.split()), set(before.split()))
        for entry, rule, before in told
        if rule.withheld != before
    ]
    if not differing:
        return
    names = set[str]().union(*(now ^ before for _, now, before in differing))
    have = work.state.told_references([entry.number for entry, _, _ in differing], sorted(names))
    turned: defaultdict[tuple[str, str, bool], list[int]] = defaultdict(list)
    for entry, now, before in differing:
        for name in now ^ before:
            if (entry.number, name) in have:
                turned[entry.type, name, name in now].append(entry.number)
    for (type_, name, withheld), numbers in turned.items():
        rule = work.rules.rule_for(type_)
        target = rule.references.get(name) if rule else None
        former = target and FORMER + target
        work.state.remap_links_of(numbers, name, *((former, None) if withheld else (None, former)))


def pending(work: Work, decided: Sequence[tuple[Entry, ObjectRule]]) -> tuple[set[int], set[int]]:
    """Which objects (`Entry.number`) have link changes to be told, and which have such as are left out."""
    open_: defaultdict[int, set[str]] = defaultdict(set)
    for number, name in work.state.open_references([entry.number for entry, _ in decided]):
        open_[number].add(name)
    told = set(open_)
    silent: defaultdict[str, list[int]] = defaultdict(list)
    for entry, rule in decided if open_ else ():
        names = open_.get(entry.number)
        if names and (left_out := names.intersection(rule.withheld.split())):
            silent[rule.withheld].append(entry.number)
            if left_out == names:
                told.discard(entry.number)
    for withheld, owners in silent.items():
        work.state.links_in_step(owners, withheld.split())
    return told, {number for owners in silent.values() for number in owners}
