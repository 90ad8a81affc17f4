"""What a contributed value must be like: type, length and syntax (Graph's property tables; limits in `definition`)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from ropeway.directory.definition import BY_NAME
from ropeway.model.changes import Desired
from ropeway.model.definition import AttributeDefinition
from ropeway.model.problems import Problem, shown

MOST_ADDRESSES = 300
MOST_BYTES = 100 * 1024
"""Of one binary value (a photo)."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SMTP = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+")
_NICKNAME = re.compile(r"[^@()\\\[\]\";:<>,\s]+")
_EXTENSION = re.compile(r"extension_[0-9a-f]{32}_[A-Za-z0-9_]{1,128}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")


class Invalid(Exception):  # noqa: N818 - an answer, caught at once
    """A value that the directory does not take; code, attribute, value and details of the problem to be."""

    def __init__(self, code: str, attribute: str, value: object, **details: str) -> None:
        super().__init__(code)
        self.code = code
        self.attribute = attribute
        self.value = value
        self.details = details

    def problem(self, name: str) -> Problem:
        """The problem, on the object of that name."""
        return Problem(self.code, name, self.attribute, shown(self.value), self.details)


def normalised(type_: str, attributes: Desired) -> Desired:
    """Attributes as they are stored: empty lists and texts are None, bytes are Base64; `Invalid` where one is wrong."""
    known = BY_NAME[type_]
    wanted: Desired = {}
    for name, value in attributes.items():
        definition = known.get(name) or _extension(name)
        if definition is None or definition.type == "Reference":
            raise Invalid("attribute-unknown", name, value, type=type_)
        if value is None or value == [] or value == "":
            wanted[name] = None
        elif definition.multivalued:
            wanted[name] = [_scalar(definition, v) for v in _listed(value)]
        else:
            wanted[name] = _scalar(definition, value)
        rule = _SYNTAX.get(name)
        if rule is not None and wanted[name] is not None:
            rule(wanted, name)
    return wanted


def missing(type_: str, attributes: Desired) -> str | None:
    """A required attribute that has no value, or None."""
    return next((a.name for a in BY_NAME[type_].values() if a.required and attributes.get(a.name) is None), None)


def _extension(name: str) -> AttributeDefinition | None:
    return AttributeDefinition(name, max_length=250) if _EXTENSION.fullmatch(name) else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _scalar(definition: AttributeDefinition, value: Any) -> Any:
    wanted = definition.type
    if wanted == "String" and type(value) is str:
        return _checked_text(definition, value)
    if wanted == "Boolean" and type(value) is bool:
        return value
    if wanted == "Integer" and type(value) is int:
        return value
    if wanted == "Binary" and isinstance(value, bytes | str):
        return _checked_bytes(definition, value)
    if wanted == "DateTime" and type(value) is str and _TIME.fullmatch(value):
        return value
    raise Invalid("value-of-wrong-type", definition.name, value, wanted=wanted, found=type(value).__name__)


def _checked_text(definition: AttributeDefinition, value: str) -> str:
    if definition.max_length is not None and len(value) > definition.max_length:
        raise Invalid("value-too-long", definition.name, value, length=str(len(value)), most=str(definition.max_length))
    if not value.isprintable() and _CONTROL.search(value):
        raise Invalid("value-with-control-characters", definition.name, value)
    return value


def _checked_bytes(definition: AttributeDefinition, value: bytes | str) -> str:
    size = len(value) if isinstance(value, bytes) else len(value) * 3 // 4
    if size > MOST_BYTES:
        raise Invalid("value-too-long", definition.name, f"{size} bytes", length=str(size), most=str(MOST_BYTES))
    return b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _addresses(wanted: Desired, name: str) -> None:
    """Addresses without repetition; `SMTP:` in capitals at most once, a bare address is a secondary one."""
    folded: dict[str, str] = {}
    for given in wanted[name]:
        address = given.strip()
        prefix, colon, rest = address.partition(":")
        if not colon:
            prefix, rest, address = "smtp", address, f"smtp:{address}"
        if not rest or (prefix.lower() == "smtp" and not _SMTP.fullmatch(rest)):
            raise Invalid("value-not-allowed", name, given, rule="an address is written as smtp:name@domain")
        known = folded.get(address.lower())
        if known is None or prefix == "SMTP":
            folded[address.lower()] = address
    if len(folded) > MOST_ADDRESSES:
        raise Invalid("value-not-allowed", name, f"{len(folded)} addresses", rule=f"at most {MOST_ADDRESSES} addresses")
    primary = [a for a in folded.values() if a.startswith("SMTP:")]
    if len(primary) > 1:
        raise Invalid("value-not-allowed", name, ", ".join(primary), rule="one primary address (SMTP: in capitals)")
    wanted[name] = list(folded.values())


def _matching(pattern: re.Pattern[str], rule: str) -> Callable[[Desired, str], None]:
    def check(wanted: Desired, name: str) -> None:
        if not pattern.fullmatch(wanted[name]):
            raise Invalid("value-not-allowed", name, wanted[name], rule=rule)

    return check


def _one(wanted: Desired, name: str) -> None:
    if len(wanted[name]) > 1:
        raise Invalid("value-not-allowed", name, ", ".join(wanted[name]), rule="at most one number")


_SYNTAX: dict[str, Callable[[Desired, str], None]] = {
    "proxyAddresses": _addresses,
    "businessPhones": _one,
    "mail": _matching(_SMTP, "an address is written as name@domain"),
    "mailNickname": _matching(_NICKNAME, 'none of @ ( ) \\ [ ] " ; : < > , and no space'),
    "usageLocation": _matching(re.compile("[A-Za-z]{2}"), "two letters of ISO 3166-1"),
    "userType": _matching(re.compile("Member|Guest"), "Member or Guest"),
    "onPremisesSecurityIdentifier": _matching(re.compile(r"S-1(-\d+)+"), "a SID is written as S-1-5-21-…"),
}
