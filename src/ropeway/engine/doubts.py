"""Scope groups whose members the account may no longer read: to it, everybody has left them.

The members themselves still say where they belong (memberOf), so some of those who would leave are asked.
"""

from __future__ import annotations

from ropeway.engine.intake import ask
from ropeway.engine.work import Work
from ropeway.model.pages import Whole
from ropeway.model.problems import Problem

ASKED = 3
"""Of those who would leave; a group is readable as a whole, or it is not."""


def unreadable_groups(work: Work) -> list[Problem]:
    """Groups of the scope that somebody is planned to leave who says to be in them still."""
    scope = work.settings.scope
    leaving = work.state.leaving_groups(ASKED) if scope.groups else ()
    if not leaving:
        return []
    groups = set(scope.groups)
    if scope.nested_groups:
        groups |= work.state.group_closure(scope.groups)
    for anchor in leaving:
        whole = ask(work, anchor)
        if not isinstance(whole, Whole):
            continue
        named = [group for group in whole.referenced_by.get("member", ()) if group in groups]
        if named:
            known = work.state.known(named[:1]).get(named[0])
            name = scope.names.get(named[0]) or (known.dn if known else named[0])
            return [Problem("scope-group-unreadable", object=name, details={"member": whole.dn})]
    return []
