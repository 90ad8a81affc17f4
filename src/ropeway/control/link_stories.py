"""Links of one object, for people: where each stands, why, and which jobs say so."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ropeway.directory.opinions import LinkSaid
from ropeway.model.problems import title_of
from ropeway.store.explaining import LinkEnd

REASONS = {
    "group": "member of none of the chosen groups",
    "container": "below none of the chosen containers",
    "deleted": "deleted in the source",
    "no rule": "its type is not mapped",
}
"""What an entry's reason is in words; clauses of rules speak for themselves."""


LEFT_OUT = "left out", "no rule maps it in whose scope the object is"
"""State of a link, and why, where other rules of its type map the attribute."""


def reason_words(reason: str | None) -> str:
    """Why an object is not in scope, in words."""
    text = reason or "not decided yet"
    return REASONS.get(text, text.removeprefix("rule: "))


def link_stories(
    ends: Sequence[LinkEnd],
    said: Sequence[LinkSaid],
    targets: Mapping[str, str],
    names: Mapping[int, str],
    dns: Mapping[tuple[int, str], str],
    withheld: Collection[str] = (),
) -> list[dict[str, Any]]:
    """One line a link: this job's, then those that only others contribute.

    `targets`: source to target attribute; `names`: jobs by number; `dns`: (job, anchor) to DN; `withheld`: the source
    attributes that the object's own rules leave out.
    """
    contributed: dict[tuple[str, str], list[LinkSaid]] = {}
    for one in said:
        contributed.setdefault((one.attribute, one.reference), []).append(one)
    told: list[dict[str, Any]] = []
    for end in ends:
        by = contributed.pop((targets.get(end.attribute, ""), end.other), [])
        told.append(_own(end, by, names, left_out=end.attribute in withheld))
    return told + [_others(parts, names, dns) for parts in contributed.values()]


def _own(end: LinkEnd, said: Sequence[LinkSaid], names: Mapping[int, str], *, left_out: bool) -> dict[str, Any]:
    there = any(one.name for one in said)
    state, why = LEFT_OUT if left_out else _state(end, there=there)
    by = sorted({names.get(one.job, str(one.job)) for one in said})
    return {"attribute": end.attribute, "other": end.dn or end.other, "state": state, "why": why, "by": by}


def _state(end: LinkEnd, *, there: bool) -> tuple[str, str]:
    held = f"hold {end.hold} waits for approval" if end.hold is not None else ""
    if end.present and not end.exported:
        return "to be added", held or _missing(end)
    if not end.present:
        return ("to be removed", held) if end.exported else ("gone", "")
    if there or end.target is not None:
        return "exported", ""
    return ("waiting" if end.dn else "unresolved"), _missing(end)


def _missing(end: LinkEnd) -> str:
    """Why the other end is not in the directory."""
    if end.dn is None:
        return "this job knows no such object: it is in another domain, or the account may not read it"
    if end.target is not None:
        return ""
    if end.live is False:
        return "the other end was deleted in the source"
    if end.problem is not None:
        return f"the other end is set aside: {title_of(end.problem)} ({end.problem.code})"
    if end.in_scope is False:
        return f"the other end is out of scope: {reason_words(end.reason)}"
    return "the other end is not in the directory yet"


def _others(parts: Sequence[LinkSaid], names: Mapping[int, str], dns: Mapping[tuple[int, str], str]) -> dict[str, Any]:
    one = parts[0]
    other = one.name or next((dns[key] for part in parts if (key := (part.job, part.reference)) in dns), one.reference)
    return {
        "attribute": one.attribute,
        "other": other,
        "state": "exported" if one.name else "unresolved",
        "why": "" if one.name else "the directory has no such object yet",
        "by": sorted({names.get(part.job, str(part.job)) for part in parts}),
    }
