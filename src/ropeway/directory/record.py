"""An object as one transaction holds it: what the database has, and what it shall become."""

from __future__ import annotations

from typing import Any

import msgspec

from ropeway.directory.computed import Claim, Contribution, History, Who, claims_of, waits_of
from ropeway.model.changes import FLOWS, Desired
from ropeway.model.prepared import prepared


class State(msgspec.Struct, frozen=True):
    """Everything about an object that can change."""

    properties: Desired = {}
    history: History | None = None
    deleted: float | None = None
    contributions: dict[Who, Contribution] = {}

    def claims(self) -> dict[Claim, str]:
        """The unique values it holds; a binned object holds none."""
        return {} if self.deleted is not None or not self.properties else claims_of(self.properties)

    def waits(self) -> set[Claim]:
        """The unique values it waits for; a binned object waits for none."""
        return set() if self.deleted is not None else waits_of(self.properties)


class Record(msgspec.Struct):
    """One object of a working set."""

    number: int
    id: str
    type: str
    stored: State | None
    """As the database has it; None before it is there."""
    state: State

    @property
    def name(self) -> str:
        """What an administrator knows the object by."""
        return name_of(self.state.properties) or self.id


def name_of(properties: Desired) -> str:
    """The DN on premises, else the UPN, else the display name."""
    for name in ("onPremisesDistinguishedName", "userPrincipalName", "displayName"):
        value = properties.get(name)
        if isinstance(value, str):
            return value
    return ""


encode = msgspec.json.Encoder().encode
_properties = msgspec.json.Decoder(dict[str, object])
_history = msgspec.json.Decoder(prepared(History))


def decoded(text: str) -> Desired:
    """Properties or attributes from their column."""
    return _properties.decode(text)


UNSAID = "-"
"""In a stored contribution: the object's properties of which it says nothing. What else it does not name it says as the
object has it: most objects have one contribution, and most of what they have is what that says.
"""

_ABSENT: Any = object()


def encoded_said(said: Contribution, properties: Desired) -> str:
    """A contribution for its column: how it differs from its object, where that is less than what it says."""
    attributes = {**said.attributes, FLOWS: said.flows} if said.flows else said.attributes
    unsaid = [name for name in properties if name not in attributes]
    if len(unsaid) * 2 < len(attributes):
        has = properties.get
        attributes = {name: value for name, value in attributes.items() if has(name, _ABSENT) != value}
        attributes[UNSAID] = unsaid
    return encode(attributes).decode()


def said_attributes(text: str, properties: Desired) -> Desired:
    """What a stored contribution says of an object with these properties, and under FLOWS how that flows."""
    attributes = decoded(text)
    if UNSAID not in attributes:
        return attributes
    without = frozenset(attributes.pop(UNSAID))
    return {name: value for name, value in properties.items() if name not in without} | attributes


def contribution(job: int, anchor: str, precedence: int, standing: int, text: str, properties: Desired) -> Contribution:
    """A contribution from its columns, and the properties of its object."""
    attributes = said_attributes(text, properties)
    flows: Any = attributes.pop(FLOWS, {})
    return Contribution(job, anchor, precedence, standing, attributes, flows)


def decoded_history(text: str | None) -> History | None:
    """The history of the names from its column."""
    return None if text is None else _history.decode(text)
