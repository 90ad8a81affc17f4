"""Why a scope cannot be trusted: containers and groups that are gone, and groups whose members cannot be read.

To an account that may no longer read a group's members everybody has left it. The members themselves still say where
they belong (memberOf), so some of those who would leave are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ropeway.engine.intake import ask
from ropeway.engine.scoping import missing_bases
from ropeway.engine.work import Work
from ropeway.model.anchors import Anchor
from ropeway.model.pages import Whole
from ropeway.model.problems import Problem
from ropeway.rules.bases import Base

ASKED = 100
"""Objects at most, groups above them included."""

GONE, UNREADABLE = "scope-base-missing", "scope-group-unreadable"

Silent = Mapping[Anchor, bool]
"""Groups that show no member, and whether members of members count."""


def doubts(work: Work) -> list[Problem]:
    """What is in doubt as the state is now: then nothing may be exported."""
    gone = missing_bases(work.state, work.settings.scope, work.rules)
    return gone or (_unreadable(work) if work.state.any_sendable() else [])


def are_over(work: Work, doubted: list[Problem]) -> bool:
    """Whether all that was in doubt can be read again; what is below it, or in it, must then be read, too."""
    return bool(doubted) and all(_is_over(work, doubt) for doubt in doubted)


def _is_over(work: Work, doubt: Problem) -> bool:
    """What was never read is no part of what the job reads: reading everything again would not bring it."""
    anchor = Anchor(doubt.details.get("guid", ""))
    found = ask(work, anchor) if work.state.known([anchor]) else None
    return isinstance(found, Whole) and (doubt.code == GONE or bool(found.links.get("member")))


def _unreadable(work: Work) -> list[Problem]:
    """A group that shows no member, where somebody who is planned to leave says to be in it still."""
    groups = dict(_deciding(work))
    silent = {group: groups[group] for group in work.state.memberless(list(groups))}
    asked: set[Anchor] = set()
    for anchor in work.state.leaving(ASKED) if silent else ():
        group = _still_in(work, anchor, silent, asked)
        if group is not None:
            known = work.state.known([anchor, group])
            name = work.settings.scope.names.get(group, known[group].dn)
            return [Problem(UNREADABLE, object=name, details={"member": known[anchor].dn, "guid": group})]
    return []


def _deciding(work: Work) -> Iterator[tuple[Anchor, bool]]:
    """The groups that decide about the scope, of the job and of its rules, and whether members of members count."""
    scope = work.settings.scope
    bases = (*(Base(anchor, "", scope.nested_groups) for anchor in scope.groups), *work.rules.groups)
    for nested in (False, True):
        chosen = [base.anchor for base in bases if base.nested is nested and base.anchor is not None]
        for anchor in work.state.group_closure(chosen) if nested and chosen else chosen:
            yield anchor, nested


def _still_in(work: Work, anchor: Anchor, silent: Silent, asked: set[Anchor]) -> Anchor | None:
    """The group of these that an object says to be in, be it through other groups where that counts."""
    waiting, direct = [anchor], True
    while waiting and len(asked) < ASKED:
        above: list[Anchor] = []
        for one in waiting:
            asked.add(one)
            whole = ask(work, one)
            above += whole.referenced_by.get("member", ()) if isinstance(whole, Whole) else ()
        named = next((group for group in above if group in silent and (direct or silent[group])), None)
        if named is not None:
            return named
        waiting = [group for group in dict.fromkeys(above) if group not in asked] if any(silent.values()) else []
        direct = False
    return None
