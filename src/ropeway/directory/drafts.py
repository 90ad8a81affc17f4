"""What a change makes of an object, before uniqueness: one function a kind of change, nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ropeway.directory.computed import (
    ADMINISTRATORS,
    SYNCHRONISED,
    Claim,
    Contribution,
    Standing,
    Who,
    computed,
    is_synchronised,
    lives,
)
from ropeway.directory.flowing import flowing
from ropeway.directory.record import Record, State, name_of
from ropeway.directory.validation import Invalid, missing, normalised
from ropeway.directory.workspace import Workspace, active
from ropeway.model.changes import Change, Desired, Kind, Link, Mode
from ropeway.model.problems import Problem, shown

LONGEST_DN = 1000
"""Characters of an object's name in a message: whoever must find it needs all of it."""


class Contributor(msgspec.Struct, frozen=True):
    """Who writes: a job and its rank among the contributors."""

    job: int
    precedence: int
    new_id: Callable[[], str]
    """Makes the id of a new object."""
    of_premises: bool = True
    """Whether what it brings is mastered on premises, not uploaded by a client."""

    def marked(self, attributes: Desired) -> Desired:
        """What it says, with where it comes from."""
        return attributes if self.of_premises else {**attributes, SYNCHRONISED: False}


class Draft(msgspec.Struct):
    """An object as it shall be, if its unique values are free."""

    record: Record
    wanted: State
    name: str
    """For messages: what the source calls the object."""
    forgotten: tuple[int, ...] = ()
    """Jobs whose links to other objects end with this."""
    forced: bool = False
    """Nobody can be told no: identifiers of others are withheld, too."""

    choices: dict[str, tuple[Any, ...]] = {}
    """Attributes of a new object, and the values of which each is to have the first that nobody has."""

    claims: dict[Claim, str] = {}
    """The unique values it asks for; set by itself."""

    def __post_init__(self) -> None:
        self.claims = self.wanted.claims()


class Refused(Exception):  # noqa: N818 - an answer, caught at once
    """This change cannot be done; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def recomputed(
    work: Workspace, record: Record, contributions: dict[Who, Contribution], *, recalculate: bool = False
) -> State:
    """The live object that these contributions make."""
    properties, history = computed(
        record.type, contributions, record.state.history, work.domains, recalculate=recalculate
    )
    if len(contributions) > 1:
        _keep_anchor(record, properties, contributions)
    return State(properties, history, None, contributions)


def _keep_anchor(record: Record, properties: Desired, contributions: dict[Who, Contribution]) -> None:
    """The source anchor is assigned once (plan-connect-design-concepts): it stays while somebody still says it."""
    held = record.state.properties.get("onPremisesImmutableId")
    if held is not None and any(
        active(c) and c.attributes.get("onPremisesImmutableId") == held for c in contributions.values()
    ):
        properties["onPremisesImmutableId"] = held


def provide(work: Workspace, by: Contributor, change: Change, record: Record | None) -> Draft:
    """CREATE, ADOPT, RESTORE: the whole contribution, on the object it leads to or on a new one."""
    flows = change.flows or {}
    choices = {name: tuple(change.attributes[name]) for name, mode in flows.items() if mode == Mode.UNIQUE}
    if choices:
        flows = _settled(flows)
        first = {**change.attributes, **{name: values[0] for name, values in choices.items()}}
        change = msgspec.structs.replace(change, attributes=first, flows=flows)
    attributes = by.marked(_checked(change, change.attributes))
    name = name_of(attributes) or change.anchor
    if change.link:
        return _join(work, by, change, record, attributes)
    if change.source_anchor:
        attributes.setdefault("onPremisesImmutableId", change.source_anchor)
    lacking = missing(change.type, attributes)
    if lacking is not None:
        raise Refused(Problem("attribute-required", name, lacking, details={"type": change.type}))
    new = record is None
    if record is None:
        record = work.new(by.new_id(), change.type)
    _check_takeover(record, by, change, name)
    who = (by.job, change.anchor)
    if is_silent(record.state.contributions.get(who)):
        said = Contribution(by.job, change.anchor, by.precedence, Standing.SILENT, attributes, flows)
        return _with(work, record, {**record.state.contributions, who: said}, name)
    kept, forgotten = _standing_aside(record, by.job, who)
    standing = Standing.CONTACT if yields(change.type, record) else Standing.PROVISIONS
    if flows:
        attributes = flowing(attributes, flows, kept.get(who), record, new=new)
    kept[who] = Contribution(by.job, change.anchor, by.precedence, standing, attributes, flows)
    return Draft(record, recomputed(work, record, kept), name, forgotten, choices=choices if new else {})


def _join(work: Workspace, by: Contributor, change: Change, record: Record | None, attributes: Desired) -> Draft:
    """A contribution to an object that others created; whose it is, it leaves alone."""
    name = name_of(attributes) or change.anchor
    if record is None or record.state.deleted is not None:
        raise Refused(Problem("join-without-object", name))
    _check_takeover(record, by, change, name)
    attributes.pop("onPremisesImmutableId", None)
    who = (by.job, change.anchor)
    flows = change.flows or {}
    attributes = flowing(attributes, flows, record.state.contributions.get(who), record, new=False)
    said = Contribution(by.job, change.anchor, by.precedence, _joined(change.link), attributes, flows)
    together = {**record.state.contributions, who: said}
    if not lives(together):
        raise Refused(Problem("join-without-object", name))
    return Draft(record, recomputed(work, record, together), name)


def _settled(flows: dict[str, str]) -> dict[str, str]:
    """What was chosen once stays."""
    return {name: Mode.ONCE if mode == Mode.UNIQUE else mode for name, mode in flows.items()}


def _joined(link: str | None) -> Standing:
    return Standing.EDITS if link == Link.JOIN else Standing.PROVISIONS


def _check_takeover(record: Record, by: Contributor, change: Change, name: str) -> None:
    if record.type != change.type and not yields(change.type, record):
        details = {"holder": record.name, "type": record.type, "wanted": change.type}
        raise Refused(Problem("match-type-mismatch", name, details=details))
    for (job, anchor), one in record.state.contributions.items():
        if job == by.job and anchor != change.anchor and one.standing == Standing.PROVISIONS:
            raise Refused(Problem("match-anchor-taken", name, details={"holder": record.name, "anchor": anchor}))
    held = record.state.properties.get("onPremisesImmutableId")
    strangers = held not in (None, change.source_anchor) and not is_synchronised(record.state.contributions)
    if (by.job, change.anchor) not in record.state.contributions and strangers:
        raise Refused(
            Problem("match-invalid-soft", name, "onPremisesImmutableId", shown(held), {"holder": record.name})
        )


def yields(type_: str, record: Record) -> bool:
    """Whether an object of this type adds to another one instead of being one: a contact who is a user elsewhere."""
    return type_ == "contact" and record.type == "user" and is_synchronised(record.state.contributions)


def _standing_aside(record: Record, job: int, who: Who) -> tuple[dict[Who, Contribution], tuple[int, ...]]:
    """The others' contributions once this one provides: edits stay, what other jobs withdrew is final."""
    kept: dict[Who, Contribution] = {}
    forgotten: list[int] = []
    for other, one in record.state.contributions.items():
        if other[0] == ADMINISTRATORS and job != ADMINISTRATORS:
            kept[other] = replace_standing(one, Standing.EDITS)
        elif one.standing == Standing.WITHDRAWN and other != who:
            forgotten.append(other[0])
        else:
            kept[other] = one
    return kept, tuple(forgotten)


def is_silent(contribution: Contribution | None) -> bool:
    """Whether what it says does not count for now."""
    return contribution is not None and contribution.standing == Standing.SILENT


def replace_standing(one: Contribution, standing: Standing) -> Contribution:
    """The same contribution with another standing."""
    return msgspec.structs.replace(one, standing=standing)


def revise(work: Workspace, by: Contributor, change: Change, record: Record) -> Draft:
    """UPDATE, EMPTY, DISABLE: differences to a contribution that is there."""
    given: Desired = dict(change.attributes)
    if change.kind is Kind.DISABLE and record.type in ("user", "device"):
        given["accountEnabled"] = False
    differences = _checked(change, given, record.name)
    who = (by.job, change.anchor)
    known = record.state.contributions[who]
    flows = known.flows if change.flows is None else _settled(change.flows)
    if flows:
        differences = flowing(differences, flows, known, record, new=False)
    attributes = by.marked({**known.attributes, **differences})
    if change.kind is Kind.EMPTY:
        attributes = {name: value for name, value in known.attributes.items() if name not in differences}
    standing = known.standing
    if change.link is not None and standing not in (Standing.CONTACT, Standing.SILENT):
        standing = _joined(change.link)
    name = name_of(attributes) or change.anchor
    lacking = missing(record.type, attributes)
    if lacking is not None and standing == Standing.PROVISIONS and not change.link:
        raise Refused(Problem("attribute-required", name, lacking, details={"type": record.type}))
    said = Contribution(by.job, change.anchor, by.precedence, standing, attributes, flows)
    return _with(work, record, {**record.state.contributions, who: said}, name)


def _with(work: Workspace, record: Record, contributions: dict[Who, Contribution], name: str) -> Draft:
    """The object with these contributions; one in the bin stays there."""
    if record.state.deleted is not None:
        return Draft(record, msgspec.structs.replace(record.state, contributions=contributions), name)
    return Draft(record, recomputed(work, record, contributions), name)


def withdraw(work: Workspace, job: int, anchor: str, record: Record) -> Draft:
    """DELETE: the object lives on by others, or goes to the bin with its last contribution."""
    who = (job, anchor)
    rest = {other: one for other, one in record.state.contributions.items() if other != who}
    said = record.state.contributions[who]
    if is_silent(said):  # its anchor still leads here, and it has nothing to say any more
        return _with(work, record, {**rest, who: msgspec.structs.replace(said, attributes={}, flows={})}, record.name)
    if record.state.deleted is not None:
        return _with(work, record, rest, record.name)
    if lives(rest):
        return Draft(record, recomputed(work, record, rest), record.name, (job,), forced=True)
    last = replace_standing(said, Standing.WITHDRAWN)
    kept = {**record.state.contributions, who: last}
    return Draft(record, msgspec.structs.replace(record.state, deleted=work.now, contributions=kept), record.name)


def _checked(change: Change, attributes: Desired, known_as: str = "") -> Desired:
    try:
        return normalised(change.type, attributes)
    except Invalid as invalid:
        name = name_of(change.attributes) or known_as or change.anchor
        raise Refused(invalid.problem(shown(name, LONGEST_DN))) from invalid
