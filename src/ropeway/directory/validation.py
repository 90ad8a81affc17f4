"""What a contributed value must be like: type, length and syntax (Graph's property tables; limits in `definition`)."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Callable
from typing import Any, cast

from ropeway.directory.definition import BY_NAME
from ropeway.model.changes import Desired
from ropeway.model.definition import AttributeDefinition, AttributeType
from ropeway.model.problems import Problem, shown
from ropeway.model.values import compare_key

MOST_ADDRESSES = 300
MOST_BYTES = 100 * 1024
"""Of one binary value (a photo)."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SMTP = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+")
_ADDRESS_LINES = re.compile(rf"(?:(?:smtp|SMTP):{_SMTP.pattern}(?:\n|$))+")
_NICKNAME = re.compile(r"[^@()\\\[\]\";:<>,\s]+")
_EXTENSION = re.compile(r"extension_[0-9a-f]{32}_[A-Za-z0-9_]{1,128}")
_EXTENSION_TYPES: dict[type, AttributeType] = {bool: "Boolean", int: "Integer", bytes: "Binary"}
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
    known, texts = BY_NAME[type_], _TEXTS[type_]
    wanted: Desired = {}
    for name, value in attributes.items():
        text = texts.get(name)
        if text is not None and type(value) is str and 0 < len(value) <= text[0] and value.isprintable():
            if text[1] is None or text[1](value):
                wanted[name] = value
                continue
        elif value is True or value is False:
            definition = known.get(name)
            if definition is not None and definition.type == "Boolean":
                wanted[name] = value
                continue
        wanted[name] = _normal(type_, name, known.get(name) or _extension(name, value), value)
    return wanted


def _normal(type_: str, name: str, definition: AttributeDefinition | None, value: Any) -> Any:
    if definition is None or definition.type == "Reference":
        raise Invalid("attribute-unknown", name, value, type=type_)
    if value is None or value in ([], ""):
        return None
    if definition.multivalued:
        if name == "proxyAddresses" and _plainly_addresses(value):
            return value
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        normal: Any = [_scalar(definition, one) for one in values]
    else:
        normal = _scalar(definition, value)
    rule = _SYNTAX.get(name)
    return normal if rule is None else rule(name, normal)


def missing(type_: str, attributes: Desired) -> str | None:
    """A required attribute that has no value, or None."""
    return next((name for name in _REQUIRED[type_] if attributes.get(name) is None), None)


def _extension(name: str, value: Any) -> AttributeDefinition | None:
    """An extension that an administrator made up: of the type of its value (directory-extensions, “Synchronize”)."""
    if not _EXTENSION.fullmatch(name):
        return None
    many = isinstance(value, list)
    first: object = next(iter(cast("list[object]", value)), None) if many else value
    wanted = _EXTENSION_TYPES.get(type(first), "String")
    return AttributeDefinition(name, wanted, many, max_length=250)


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


def _plainly_addresses(values: Any) -> bool:
    """Whether a list is one that `_addresses` would leave as it is; most are."""
    try:
        text = "\n".join(values)
    except TypeError:
        return False
    return (
        type(values) is list
        and text.isascii()
        and _ADDRESS_LINES.fullmatch(text) is not None
        and text.count("SMTP:") <= 1
        and len(set(text.lower().split("\n"))) == len(cast("list[str]", values)) <= MOST_ADDRESSES
    )


def _addresses(name: str, given: list[str]) -> list[str]:
    """Addresses without repetition; `SMTP:` in capitals at most once, a bare address is a secondary one."""
    folded: dict[str, str] = {}
    for one in given:
        address = one.strip()
        prefix, colon, rest = address.partition(":")
        if not colon:
            prefix, rest, address = "smtp", address, f"smtp:{address}"
        if not rest or (prefix.lower() == "smtp" and not _SMTP.fullmatch(rest)):
            raise Invalid("value-not-allowed", name, one, rule="an address is written as smtp:name@domain")
        folded_key = compare_key(address)
        if folded_key not in folded or prefix == "SMTP":
            folded[folded_key] = address
    if len(folded) > MOST_ADDRESSES:
        raise Invalid("value-not-allowed", name, f"{len(folded)} addresses", rule=f"at most {MOST_ADDRESSES} addresses")
    primary = [a for a in folded.values() if a.startswith("SMTP:")]
    if len(primary) > 1:
        raise Invalid("value-not-allowed", name, ", ".join(primary), rule="one primary address (SMTP: in capitals)")
    return list(folded.values())


def _matching(name: str, value: str) -> str:
    pattern, rule = _PATTERNS[name]
    if not pattern.fullmatch(value):
        raise Invalid("value-not-allowed", name, value, rule=rule)
    return value


def _one(name: str, values: list[str]) -> list[str]:
    if len(values) > 1:
        raise Invalid("value-not-allowed", name, ", ".join(values), rule="at most one number")
    return values


_PATTERNS: dict[str, tuple[re.Pattern[str], str]] = {
    "mail": (_SMTP, "an address is written as name@domain"),
    "mailNickname": (_NICKNAME, 'none of @ ( ) \\ [ ] " ; : < > , and no space'),
    "onPremisesImmutableId": (
        re.compile(r"[A-Za-z0-9+/=. -]{1,59}"),
        "a source anchor has fewer than 60 letters, digits and . - + / = (plan-connect-design-concepts)",
    ),
    "usageLocation": (re.compile("[A-Za-z]{2}"), "two letters of ISO 3166-1"),
    "userType": (re.compile("Member|Guest"), "Member or Guest"),
    "onPremisesSecurityIdentifier": (re.compile(r"S-1(-\d+)+"), "a SID is written as S-1-5-21-…"),
}

_SYNTAX: dict[str, Callable[[str, Any], Any]] = {
    "proxyAddresses": _addresses,
    "businessPhones": _one,
    **dict.fromkeys(_PATTERNS, _matching),
}
"""Rules beyond type and length; each answers the value as it is stored."""

_TEXTS = {
    type_: {
        name: (definition.max_length or sys.maxsize, _PATTERNS[name][0].fullmatch if name in _PATTERNS else None)
        for name, definition in attributes.items()
        if definition.type == "String" and not definition.multivalued
    }
    for type_, attributes in BY_NAME.items()
}
"""Length and pattern of every single text: most values need no more than this."""

_REQUIRED = {type_: [name for name, a in attributes.items() if a.required] for type_, attributes in BY_NAME.items()}
