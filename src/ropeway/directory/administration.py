"""What administrators do by hand. Their edits are a contribution like any other, of the lowest rank."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, cast

from sqlalchemy import select

from ropeway.directory import reading, tables
from ropeway.directory.answers import holder_name
from ropeway.directory.computed import (
    ADMINISTRATORS,
    LAST,
    PROPERTY_OF,
    Contribution,
    Standing,
    Who,
    is_synchronised,
    merged,
)
from ropeway.directory.definition import ADMINISTRATORS_ONLY, LINKS
from ropeway.directory.drafts import (
    Contributor,
    Draft,
    Refused,
    is_silent,
    provide,
    recomputed,
    replace_standing,
    withdraw,
)
from ropeway.directory.links import Links
from ropeway.directory.names import usable
from ropeway.directory.record import Record, name_of
from ropeway.directory.relations import is_linked
from ropeway.directory.validation import Invalid, missing, normalised
from ropeway.directory.workspace import Known, Workspace
from ropeway.directory.writing import accept, store
from ropeway.model.anchors import Anchor, Reference
from ropeway.model.changes import Change, Desired, Kind
from ropeway.model.problems import Problem, shown
from ropeway.model.values import compare_key

_ROLE = ADMINISTRATORS_ONLY.name


def create(work: Workspace, links: Links, id_: str, type_: str, properties: Desired) -> Record:
    """A new object that lives in the cloud alone."""
    attributes, ends = _split(type_, properties)
    _check_upn(work, type_, attributes, required=True)
    role = attributes.pop(_ROLE, None)
    change = Change(Kind.CREATE, type_, Anchor(id_), "", None, attributes)
    draft = provide(work, Contributor(ADMINISTRATORS, LAST, lambda: id_), change, None)
    if role is not None:
        draft = _with(work, draft.record, draft.wanted.contributions, {_ROLE: role})
    _refuse_taken(work, draft)
    accept(work, draft)
    _replace_links(work, links, draft.record, ends)
    store(work, links)
    return draft.record


def change(work: Workspace, links: Links, record: Record, properties: Desired) -> Record:
    """New values for an object; None empties. What is mastered on premises is refused."""
    attributes, ends = _split(record.type, properties)
    _check_mastered(record, attributes, ends)
    if attributes.get("userPrincipalName") is not None:
        _check_upn(work, record.type, attributes, required=False)
    draft = _with(work, record, record.state.contributions, attributes)
    if missing(record.type, merged(draft.wanted.contributions.values())) is not None:
        raise Refused(Problem("attribute-required", record.name, "displayName", details={"type": record.type}))
    _refuse_taken(work, draft)
    accept(work, draft)
    _replace_links(work, links, record, ends)
    store(work, links)
    return record


def remove(work: Workspace, links: Links, record: Record) -> None:
    """An object of the cloud alone goes to the recycle bin."""
    if is_synchronised(record.state.contributions):
        raise Refused(_mastered(record, ""))
    accept(work, withdraw(work, ADMINISTRATORS, record.id, record))
    store(work, links)


def link(work: Workspace, links: Links, record: Record, attribute: str, others: list[str]) -> None:
    """Add links to objects, all or none; one that is there already, or named twice, is refused."""
    _check_mastered(record, {}, {attribute: others})
    found = _live_ends(work, record, attribute, others)
    for id_ in others:
        is_there = is_linked(work.connection, work.tenant, record.number, attribute, found[id_].number)
        if is_there or others.count(id_) > 1:
            raise Refused(Problem("linked-already", record.name, attribute, id_))
    links.change(_known(record), _links_of(record, added={attribute: [Reference(one) for one in others]}))
    store(work, links)


def unlink(work: Workspace, of: Callable[[int], Links], record: Record, attribute: str, other: str) -> bool:
    """Take a link away, whoever contributed it; False where there is none."""
    _check_mastered(record, {}, {attribute: [other]})
    there = work.by_ids([other])
    if other not in there:
        return False
    found = is_linked(work.connection, work.tenant, record.number, attribute, there[other].number)
    for reference, job in found:
        links = of(job)
        links.change(_known(record), _links_of(record, removed={attribute: [Reference(reference)]}))
        store(work, links)
    return bool(found)


def _known(record: Record) -> Known:
    return Known(record.number, record.id, record.type, Standing.PROVISIONS)


def _links_of(
    record: Record,
    added: dict[str, list[Reference]] | None = None,
    removed: dict[str, list[Reference]] | None = None,
) -> Change:
    return Change(Kind.LINKS, record.type, Anchor(record.id), "", None, {}, added or {}, removed or {})


def restore(work: Workspace, links: Links, record: Record) -> Record:
    """Back from the bin under the same id, from now on in the cloud alone; what others took meanwhile is withheld."""
    wanted = recomputed(work, record, cloud_owned(record, lambda one: one.standing == Standing.WITHDRAWN))
    draft = Draft(record, wanted, record.name, forced=True)
    work.keys.fetch(draft.claims)
    accept(work, draft)
    store(work, links)
    return record


def cloud_owned(record: Record, which: Callable[[Contribution], bool]) -> dict[Who, Contribution]:
    """Contributions after administrators took over those of jobs; the jobs' anchors still lead to the object."""
    kept = dict(record.state.contributions)
    taken = sorted((c for c in kept.values() if which(c)), key=lambda c: (c.precedence, c.job))
    mine: Who = (ADMINISTRATORS, record.id)
    own = kept.get(mine)
    heard = [replace_standing(one, Standing.PROVISIONS) if one.standing > Standing.PROVISIONS else one for one in taken]
    attributes = merged((*heard, *((own,) if own else ())))
    for one in taken:
        if one.job != ADMINISTRATORS:
            kept[(one.job, one.anchor)] = Contribution(one.job, one.anchor, one.precedence, Standing.DETACHED, {})
    standing = Standing.EDITS if is_synchronised(kept) else Standing.PROVISIONS
    kept[mine] = Contribution(ADMINISTRATORS, record.id, LAST, standing, attributes)
    return kept


def take_over(work: Workspace, record: Record) -> None:
    """The cloud is master of an object from now on; what jobs say of it is kept, and does not count."""
    said = record.state.contributions
    silent = {
        who: replace_standing(one, Standing.SILENT)
        for who, one in said.items()
        if who[0] != ADMINISTRATORS and one.standing == Standing.PROVISIONS
    }
    if silent:
        kept = cloud_owned(record, lambda one: (one.job, one.anchor) in silent)
        _settle(work, record, kept | silent)


def give_back(work: Workspace, record: Record) -> set[Who]:
    """Jobs are master again, with what they say by now; by which contributions: none where no job knows the object."""
    said = record.state.contributions
    loud = {
        who: replace_standing(one, Standing.PROVISIONS)
        for who, one in said.items()
        if is_silent(one) and one.attributes
    }
    if loud:
        own = {who: replace_standing(one, Standing.EDITS) for who, one in said.items() if who[0] == ADMINISTRATORS}
        _settle(work, record, {**said, **own, **loud})
    return set(loud)


def keep_links(work: Workspace, links: Links, record: Record, job: int, said: Collection[tuple[str, str]]) -> None:
    """Of a job's links of an object only these stay, each by attribute and reference."""
    link = tables.link.c
    there = select(link.attribute, link.reference).where(link.object == record.number, link.job == job)
    gone: dict[str, list[Reference]] = {}
    for attribute, reference in work.connection.execute(there):
        if (attribute, reference) not in said:
            gone.setdefault(attribute, []).append(Reference(reference))
    if gone:
        links.change(_known(record), _links_of(record, removed=gone))
        store(work, links)


def _settle(work: Workspace, record: Record, contributions: dict[Who, Contribution]) -> None:
    draft = Draft(record, recomputed(work, record, contributions), record.name, forced=True)
    work.keys.fetch(draft.claims)
    accept(work, draft)
    store(work)


def _split(type_: str, properties: Desired) -> tuple[Desired, dict[str, list[str]]]:
    """Checked attributes, and link attributes with the ids they shall lead to."""
    given = {name: value for name, value in properties.items() if name not in LINKS[type_]}
    role = given.pop(_ROLE, None)
    ends = {name: _ids(type_, name, value) for name, value in properties.items() if name in LINKS[type_]}
    try:
        if role is not None and (type_ != "user" or not isinstance(role, bool)):
            raise Invalid("value-of-wrong-type", _ROLE, role, wanted="Boolean, on a user", found=type(role).__name__)
        attributes = normalised(type_, given)
    except Invalid as invalid:
        raise Refused(invalid.problem(name_of(properties))) from invalid
    if _ROLE in properties:
        attributes[_ROLE] = role
    if attributes.get("mail") and "proxyAddresses" not in attributes:
        attributes["proxyAddresses"] = [f"SMTP:{attributes['mail']}"]
    return attributes, ends


def _ids(type_: str, name: str, value: Any) -> list[str]:
    ids = cast("list[object]", value) if isinstance(value, list) else [] if value is None else [value]
    if len(ids) > 1 and not LINKS[type_][name].multivalued:
        raise Refused(Problem("value-of-wrong-type", "", name, details={"wanted": "one id", "found": "several"}))
    return [str(one).lower() for one in ids]


def _check_upn(work: Workspace, type_: str, attributes: Desired, *, required: bool) -> None:
    upn = attributes.get("userPrincipalName")
    if type_ != "user" or (upn is None and not required):
        return
    if upn is None:
        raise Refused(Problem("attribute-required", name_of(attributes), "userPrincipalName", details={"type": type_}))
    if not usable(upn, work.domains):
        details = {"domain": upn.rpartition("@")[2]}
        raise Refused(Problem("upn-not-usable", name_of(attributes), "userPrincipalName", shown(upn), details))


def _check_mastered(record: Record, attributes: Desired, ends: dict[str, list[str]]) -> None:
    for (job, _), one in record.state.contributions.items():
        if job == ADMINISTRATORS or one.standing != Standing.PROVISIONS:
            continue
        name = next((n for n in attributes if one.masters(n)), next(iter(ends), None))
        if name is not None:
            raise Refused(_mastered(record, name))


def _mastered(record: Record, attribute: str) -> Problem:
    provided = [
        (one.precedence, job)
        for (job, _), one in record.state.contributions.items()
        if job != ADMINISTRATORS and one.standing == Standing.PROVISIONS
        if not attribute or attribute in one.attributes or attribute in LINKS[record.type]
    ]
    where = str(record.state.properties.get("onPremisesDistinguishedName") or record.id)
    details = {"job": str(min(provided)[1]), "dn": where}
    return Problem("mastered-on-premises", record.name, attribute, details=details)


def _with(work: Workspace, record: Record, contributions: dict[Who, Contribution], edits: Desired) -> Draft:
    mine: Who = (ADMINISTRATORS, record.id)
    own = contributions.get(mine)
    standing = own.standing if own else Standing.EDITS
    said = Contribution(ADMINISTRATORS, record.id, LAST, standing, {**(own.attributes if own else {}), **edits})
    return Draft(record, recomputed(work, record, {**contributions, mine: said}), record.name, forced=True)


def _refuse_taken(work: Workspace, draft: Draft) -> None:
    """Administrators are told of a conflict at once, instead of getting a placeholder."""
    work.keys.fetch(draft.claims)
    for wanted, value in draft.claims.items():
        holder = work.keys.holder(wanted)
        if holder not in (None, draft.record.number) and wanted not in draft.record.state.waits():
            details = {"holder": holder_name(work, holder)}
            if holder in work.records:
                details["id"] = work.records[holder].id
            name = name_of(draft.wanted.properties)
            raise Refused(Problem("value-taken", name, PROPERTY_OF[wanted[0]], shown(value), details))
    _refuse_nickname(work, draft)


def _refuse_nickname(work: Workspace, draft: Draft) -> None:
    """No two groups with mail have one mailNickname, as far as administrators have a say in it."""
    now, wanted = draft.record.state.properties, draft.wanted.properties
    nickname = str(wanted.get("mailNickname") or "")
    if draft.record.type != "group" or not nickname or not wanted.get("mailEnabled"):
        return
    if now.get("mailEnabled") and compare_key(str(now.get("mailNickname") or "")) == compare_key(nickname):
        return
    for number in reading.groups_called(work.connection, work.tenant, nickname):
        work.load((number,))
        other = work.records.get(number)
        if other is not None and number != draft.record.number and other.state.properties.get("mailEnabled"):
            details = {"holder": holder_name(work, number), "id": other.id}
            raise Refused(Problem("value-taken", draft.name, "mailNickname", shown(nickname), details))


def _replace_links(work: Workspace, links: Links, record: Record, ends: dict[str, list[str]]) -> None:
    for attribute, ids in ends.items():
        _live_ends(work, record, attribute, ids)
        links.replace(_known(record), attribute, [Reference(one) for one in ids])


def _live_ends(work: Workspace, record: Record, attribute: str, ids: list[str]) -> dict[str, Record]:
    found = work.by_ids(ids)
    lost = next((one for one in ids if one not in found or found[one].state.deleted is not None), None)
    if lost is not None:
        raise Refused(Problem("object-not-found", record.name, attribute, shown(lost), {"identifier": lost}))
    if attribute == "members":
        _check_members(record, found.values())
    return found


def _check_members(record: Record, members: Iterable[Record]) -> None:
    """No group in itself; none of Microsoft 365 in any, and in those people alone (Graph's “Add members”)."""
    for one in members:
        rule = "a group of Microsoft 365 has people alone as members" if _is_unified(record) else ""
        if one.number == record.number:
            rule = "a group is no member of itself"
        elif one.type == "user":
            rule = ""
        elif _is_unified(one):
            rule = "a group of Microsoft 365 is no member of another group"
        if rule:
            raise Refused(Problem("member-not-allowed", record.name, "members", one.name, {"rule": rule}))


def _is_unified(record: Record) -> bool:
    return "Unified" in (record.state.properties.get("groupTypes") or ())
