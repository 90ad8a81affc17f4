"""A new object's value out of several: the first that nobody has (SelectUniqueValue)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select, union

from ropeway.directory import tables
from ropeway.directory.computed import UPN, Who, claim
from ropeway.directory.drafts import Draft, recomputed
from ropeway.directory.workspace import Workspace
from ropeway.model.problems import Problem, shown
from ropeway.model.values import compare_key


def chosen(work: Workspace, who: Who, draft: Draft) -> Draft | Problem:
    """The draft with the first free value of each choice; a problem where all are taken."""
    for attribute, values in draft.choices.items():
        found = next((made for value in values if (made := _with(work, who, draft, attribute, value))), None)
        if found is None:
            details = {"tried": ", ".join(shown(value) for value in values)}
            return Problem("no-unique-value", draft.name, attribute, shown(values[0]), details)
        draft = found
    return draft


def _with(work: Workspace, who: Who, draft: Draft, attribute: str, value: Any) -> Draft | None:
    """The draft with that value, or None where somebody else has what it comes to."""
    said = draft.wanted.contributions[who]
    said = msgspec.structs.replace(said, attributes={**said.attributes, attribute: value})
    wanted = recomputed(work, draft.record, {**draft.wanted.contributions, who: said})
    result = wanted.properties.get(attribute)
    if result is None or _is_taken(work, draft.record.number, attribute, result):
        return None
    made = Draft(draft.record, wanted, draft.name, draft.forgotten, draft.forced)
    work.keys.fetch(made.claims)
    return made


def _is_taken(work: Workspace, number: int, attribute: str, value: str) -> bool:
    key = compare_key(value)
    if attribute == "userPrincipalName":
        name = claim(UPN, value)
        work.keys.fetch((name,))
        return work.keys.holder(name) not in (None, number)
    holders = _holders_of_nickname(work, key)
    for record in work.records.values():
        if record.number in holders or record.stored is None:
            held = record.state.properties.get(attribute) if record.state.deleted is None else None
            if record.number != number and held is not None and compare_key(held) == key:
                return True
    return any(holder not in work.records for holder in holders)


def _holders_of_nickname(work: Workspace, key: str) -> Sequence[int]:
    """Live objects that have it, as the database knows; one that begins the mail address may have no key of its own."""
    o = tables.object_.c
    begins_mail = (o.mail_key >= f"{key}@") & (o.mail_key < f"{key}A") & o.nickname_key.is_(None)
    named = select(o.number).where(o.tenant == work.tenant, o.nickname_key == key, o.deleted.is_(None))
    mailed = select(o.number).where(o.tenant == work.tenant, begins_mail, o.deleted.is_(None))
    return work.connection.execute(union(named, mailed)).scalars().all()
