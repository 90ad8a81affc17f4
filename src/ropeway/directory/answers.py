"""What is told about a written object: the name that was rewritten, the value that somebody else holds."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from ropeway.directory.computed import KIND_OF, PROPERTY_OF, UPN, Standing, claim
from ropeway.directory.record import Record
from ropeway.directory.workspace import Known, Workspace
from ropeway.model.changes import Change, Desired
from ropeway.model.problems import Problem, shown
from ropeway.store.trouble import is_null_character, state_problem

_WITHHELD = {"userPrincipalName": "duplicate-upn", "proxyAddresses": "duplicate-proxy-address"}


def noticed(work: Workspace, known: Known) -> Problem | None:
    """What the directory made of an object that was written in this transaction, where that is worth telling."""
    record = work.records.get(known.number)
    if known.standing == Standing.SILENT:
        return Problem("mastered-in-cloud", record.name if record else known.id)
    if record is None or record.state.deleted is not None:
        return None
    errors = record.state.properties.get("onPremisesProvisioningErrors")
    if errors:
        return _conflict(work, record, errors[0])
    history = record.state.history
    if history is not None and history.contributed_upn and history.upn != history.contributed_upn:
        details = {"upn": history.upn or "", "initial": work.domains.initial}
        return Problem("upn-rewritten", record.name, "userPrincipalName", shown(history.contributed_upn), details)
    return None


def _conflict(work: Workspace, record: Record, error: dict[str, str]) -> Problem:
    name, value = error["propertyCausingError"], error["value"]
    number = work.keys.holder(claim(KIND_OF[name], value))
    details = {"holder": holder_name(work, number), "upn": record.state.properties.get("userPrincipalName") or ""}
    return Problem(_WITHHELD.get(name, "duplicate-identifier"), record.name, name, shown(value), details)


def holder_name(work: Workspace, number: int | None) -> str:
    """What an administrator knows the holder of a value by."""
    if number is None:
        return "nobody any more"
    work.load((number,))
    record = work.records.get(number)
    return "another object" if record is None else f"{record.name} ({record.type}, {record.id})"


def becomes(work: Workspace, change: Change, known: Known) -> Desired:
    """Attributes whose value in the directory will differ from what was asked."""
    record = work.records.get(known.number)
    if record is None or record.state.deleted is not None:
        return {}
    now = record.state.properties
    different = {name: now.get(name) for name, value in change.attributes.items() if now.get(name) != (value or None)}
    upn = now.get(PROPERTY_OF[UPN])
    said = different.get("userPrincipalName", change.attributes.get("userPrincipalName"))
    if record.stored is None and upn is not None and said != upn:
        different["userPrincipalName"] = upn
    return different


def reported(error: DBAPIError) -> Problem:
    """The database's trouble as a problem; a null character is a fault of the text that has it."""
    if is_null_character(error):
        return Problem("text-unreadable", value="NUL")
    return state_problem(error, "directory-unavailable")
