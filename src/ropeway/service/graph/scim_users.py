"""A SCIM user as flat attributes, named as Entra's schemas name them: `name.givenName`, `emails[type eq "work"].value`.

Attributes of the core schema have their own names; those of others (enterprise, any of one's own) come after the URN of
their schema: `urn:contoso:employee:HireDate`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from ropeway.service.odata.refusals import body_invalid

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MANAGER = "manager"
IGNORED = frozenset({"schemas", "meta", "id", "groups", "roles", "password"})
"""Said of the request or of a service's own resource, never of the person; a password is taken nowhere here."""
LONGEST = 1024
MOST = 200

Json = dict[str, Any]


def attributes_of(data: Json, where: str) -> Json:
    """Name to value, null where a value is taken back; RopewayError `body-invalid` without an external id."""
    found: Json = {}
    for name, value in data.items():
        if name in IGNORED:
            continue
        core = name == CORE
        if isinstance(value, dict) and (core or name.lower().startswith("urn:")):
            for inner, one in cast("Json", value).items():
                found |= _flat(inner if core else f"{name}:{inner}", one)
        else:
            found |= _flat(name.removeprefix(f"{CORE}:"), value)
    if f"{ENTERPRISE}:manager.value" in found or f"{ENTERPRISE}:manager" in found:
        found[MANAGER] = found.pop(f"{ENTERPRISE}:manager.value", None) or found.pop(f"{ENTERPRISE}:manager", None)
    found = {name: _held(value) for name, value in found.items()}
    _check(found, where)
    return found


def _held(value: Any) -> Any:
    """As an attribute can hold it: a number with a fraction, or of more than 64 bits, as a text."""
    if isinstance(value, list):
        return [_held(one) for one in cast("list[Any]", value)]
    is_wide = isinstance(value, int) and not -(2**63) <= value < 2**63
    return str(value) if is_wide or isinstance(value, float) else value


def _check(found: Json, where: str) -> None:
    id_ = found.get("externalId")
    if not isinstance(id_, str) or not 0 < len(id_) <= 256 or not id_.isprintable():
        raise body_invalid(f"{where}.externalId", "the system's own id of the person is expected, a text")
    if not isinstance(found.get(MANAGER), str | None):
        raise body_invalid(f"{where}.manager", "the external id of the manager is expected, a text")
    if len(found) > MOST:
        raise body_invalid(where, f"at most {MOST} attributes are taken")
    for name, value in found.items():
        said = cast("list[Any]", value) if isinstance(value, list) else [value]
        if len(name) > 256 or any(
            isinstance(one, str) and (len(one) > LONGEST or "\0" in one) for one in (name, *said)
        ):
            raise body_invalid(f"{where}.{name[:64]}", f"a text has at most {LONGEST} characters, none of them null")


def _flat(name: str, value: Any) -> Json:
    if isinstance(value, dict):
        parts = cast("Json", value).items()
        return {f"{name}.{inner}": one for inner, one in parts if not isinstance(one, dict | list)}
    if isinstance(value, list):
        return dict(_elements(name, cast("list[Any]", value)))
    return {name: value}


def _elements(name: str, values: list[Any]) -> Iterator[tuple[str, Any]]:
    """Elements with a type by their type; plain values together."""
    plain = [one for one in values if isinstance(one, str | int | float)]
    if plain or not values:
        yield name, plain
    for one in values:
        if isinstance(one, dict):
            element = cast("Json", one)
            kind = str(element.get("type", "other"))
            yield from (
                (f'{name}[type eq "{kind}"].{inner}', inner_value)
                for inner, inner_value in element.items()
                if inner not in ("type", "primary") and not isinstance(inner_value, dict | list)
            )
