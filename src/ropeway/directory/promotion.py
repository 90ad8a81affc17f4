"""A contact in one forest who is a user in another: the user wins (concept-azure-ad-connect-sync-user-and-contacts).

The contact's object goes to the recycle bin and the user has an id of its own, since Graph's ids do not change their
type. What the contact's job said stays, as a contribution of the lowest rank, and everything that leads to the contact
(members, managers) leads to the user. When the user leaves, the contact is there again, under a new id.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import update

from ropeway.directory import tables
from ropeway.directory.computed import (
    ADMINISTRATORS,
    LAST,
    PROXY,
    Claim,
    Contribution,
    Standing,
    Who,
    claim,
    merged,
)
from ropeway.directory.drafts import Contributor, Draft, recomputed, replace_standing
from ropeway.directory.names import primary_smtp
from ropeway.directory.record import Record
from ropeway.directory.uniqueness import release
from ropeway.directory.workspace import Known, Workspace
from ropeway.model.changes import Desired


def own_addresses(draft: Draft) -> Iterator[Claim]:
    """The addresses by which a contact is the same person as a user."""
    if draft.record.type == "user" and draft.wanted.deleted is None:
        properties = draft.wanted.properties
        for address in (primary_smtp(properties), properties.get("mail")):
            if address:
                yield claim(PROXY, f"smtp:{address}")


def with_contacts(work: Workspace, draft: Draft) -> Draft:
    """A user together with the contacts that turn out to be the same person, whose objects go to the bin."""
    taken: dict[Who, Contribution] = {}
    for address in own_addresses(draft):
        number = work.keys.holder(address)
        if number in (None, draft.record.number):
            continue
        contact = _contact(work, number, address)
        if contact is not None:
            taken |= _taken_from(work, contact, draft.record)
    if not taken:
        return draft
    wanted = recomputed(work, draft.record, {**draft.wanted.contributions, **taken})
    made = Draft(draft.record, wanted, draft.name, draft.forgotten, draft.forced)
    work.keys.fetch(made.claims)
    return made


def contact_again(work: Workspace, by: Contributor, user: Record) -> Draft | None:
    """What contacts said of a user who has just gone to the bin, as a contact; None where none did."""
    said = {who: one for who, one in user.state.contributions.items() if one.standing == Standing.CONTACT}
    if not said:
        return None
    rest = {who: one for who, one in user.state.contributions.items() if who not in said}
    user.state = msgspec.structs.replace(user.state, contributions=rest)
    contact = work.new(by.new_id(), "contact")
    kept = {who: replace_standing(one, Standing.PROVISIONS) for who, one in said.items()}
    _move(work, kept, user, contact)
    made = Draft(contact, recomputed(work, contact, kept), user.name, forced=True)
    work.keys.fetch(made.claims)
    return made


def move_links(work: Workspace) -> None:
    """Let what a job says of an object's links be said of another one from now on."""
    link = tables.link
    for old, new, job in work.moved_links:
        work.connection.execute(update(link).where(link.c.object == old, link.c.job == job).values(object=new))
    work.moved_links.clear()


def _contact(work: Workspace, number: int, address: Claim) -> Record | None:
    """The holder of an address, where it is the main address of a contact that jobs provide."""
    work.load((number,))
    found = work.records.get(number)
    if found is None or found.type != "contact":
        return None
    properties, said = found.state.properties, found.state.contributions
    main = {claim(PROXY, f"smtp:{a}") for a in (primary_smtp(properties), properties.get("mail")) if a}
    by_hand = any(job == ADMINISTRATORS and one.standing == Standing.PROVISIONS for (job, _), one in said.items())
    return None if by_hand or address not in main else found


def _taken_from(work: Workspace, contact: Record, user: Record) -> dict[Who, Contribution]:
    said = {w: one for w, one in contact.state.contributions.items() if one.standing == Standing.PROVISIONS}
    left = _left_behind(contact, merged(said.values()))
    release(contact, work.keys)
    contact.state = msgspec.structs.replace(contact.state, deleted=work.now, contributions=left)
    taken = {who: replace_standing(one, Standing.CONTACT) for who, one in said.items()}
    _move(work, taken, contact, user)
    return taken


def _left_behind(contact: Record, attributes: Desired) -> dict[Who, Contribution]:
    """What an administrator who restores the contact gets: a contact of the cloud alone."""
    plain = {name: value for name, value in attributes.items() if not name.startswith("onPremises")}
    mine: Who = (ADMINISTRATORS, contact.id)
    return {mine: Contribution(*mine, LAST, Standing.WITHDRAWN, plain)}


def _move(work: Workspace, said: dict[Who, Contribution], old: Record, new: Record) -> None:
    for (job, anchor), one in said.items():
        work.anchors[(job, anchor)] = Known(new.number, new.id, new.type, one.standing)
        work.moved_links.append((old.number, new.number, job))
