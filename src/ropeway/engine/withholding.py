"""References that the rules of one object leave out, though others of its type map them.

Rules of one type differ in scope, so an object may come into the scope of one that maps a reference, or leave it. Then
what the target was told is taken back, or what the source has is told; meanwhile there is nothing to tell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from ropeway.engine.records import Decided, Entry
from ropeway.engine.references import FORMER
from ropeway.engine.work import Work
from ropeway.rules import ObjectRule


def turn(work: Work, told: Iterable[tuple[Entry, ObjectRule, str]]) -> None:
    """Links of objects that the target knows, by the rules of before and of now; `str`: what was left out before.

    That the rules of now count is stored with it, so that a cycle cut short is followed by one that goes on from here.
    """
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
    noted: dict[int, Entry] = {}
    for entry, now, before in differing:
        for name in now ^ before:
            if (entry.number, name) in have:
                turned[entry.type, name, name in now].append(entry.number)
                noted[entry.number] = entry
                entry.withheld = " ".join(sorted(now))
    for (type_, name, withheld), numbers in turned.items():
        rule = work.rules.rule_for(type_)
        target = rule.references.get(name) if rule else None
        former = target and FORMER + target
        work.state.remap_links_of(numbers, name, former if withheld else None)
    if noted:
        work.state.decide(Decided(entries=list(noted.values())))


def not_told(work: Work, objects: Iterable[tuple[Entry, ObjectRule]]) -> None:
    """Of what is left out, nothing counts as told: what the target has of it is about to be recalled."""
    owners: defaultdict[str, list[int]] = defaultdict(list)
    for entry, rule in objects:
        for name in rule.withheld.split():
            owners[name].append(entry.number)
    for name, numbers in owners.items():
        work.state.remap_links_of(numbers, name, None)


def pending(work: Work, decided: Sequence[tuple[Entry, ObjectRule]]) -> tuple[set[int], dict[str, list[int]]]:
    """Which objects (`Entry.number`) have link changes to be told, and which have such as are left out, by these."""
    open_ = _open_references(work, {entry.number: rule for entry, rule in decided})
    told = set(open_)
    silent: defaultdict[str, list[int]] = defaultdict(list)
    for entry, rule in decided if open_ else ():
        names = open_.get(entry.number)
        if names and rule.withheld and (left_out := names.intersection(rule.withheld.split())):
            silent[rule.withheld].append(entry.number)
            if left_out == names:
                told.discard(entry.number)
    return told, silent


def _open_references(work: Work, rules: Mapping[int, ObjectRule]) -> Mapping[int, set[str]]:
    """Attributes of open link changes. What was to be taken back, and flows again before it was, stays, and is none."""
    found = work.state.open_references(list(rules))
    again: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, former in found:
        for name, target in rules[number].references.items() if former.startswith(FORMER) else ():
            if FORMER + target == former:
                again[name, former].append(number)
    for (name, former), numbers in again.items():
        work.state.keep_links_of(numbers, name, former)
    open_: defaultdict[int, set[str]] = defaultdict(set)
    for number, name in work.state.open_references(list(rules)) if again else found:
        open_[number].add(name)
    return open_
