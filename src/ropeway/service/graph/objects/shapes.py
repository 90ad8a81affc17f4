"""Stored objects to Graph's JSON without making objects of their values: decoded and encoded as raw pieces.

A selection is a structure of its own, made once: what was not asked for is skipped by the decoder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from ropeway.directory.workspace import iso
from ropeway.model.prepared import prepared
from ropeway.service.graph.objects.kinds import EXTENSION_ATTRIBUTES, ORG_DATA, Kind, by_stored
from ropeway.service.odata.refusals import no_property

NULL, NONE = Raw(b"null"), Raw(b"[]")
encode = msgspec.json.Encoder().encode


class Row(NamedTuple):
    """An object as it is read."""

    number: int
    id: str
    type: str
    properties: str
    deleted: float | None


class _ExtensionAttributes(Struct):
    """The parts of Graph's onPremisesExtensionAttributes, which the hub holds flat."""

    extensionAttribute1: Raw = NULL  # noqa: N815 - Graph's names, here and below
    extensionAttribute2: Raw = NULL  # noqa: N815
    extensionAttribute3: Raw = NULL  # noqa: N815
    extensionAttribute4: Raw = NULL  # noqa: N815
    extensionAttribute5: Raw = NULL  # noqa: N815
    extensionAttribute6: Raw = NULL  # noqa: N815
    extensionAttribute7: Raw = NULL  # noqa: N815
    extensionAttribute8: Raw = NULL  # noqa: N815
    extensionAttribute9: Raw = NULL  # noqa: N815
    extensionAttribute10: Raw = NULL  # noqa: N815
    extensionAttribute11: Raw = NULL  # noqa: N815
    extensionAttribute12: Raw = NULL  # noqa: N815
    extensionAttribute13: Raw = NULL  # noqa: N815
    extensionAttribute14: Raw = NULL  # noqa: N815
    extensionAttribute15: Raw = NULL  # noqa: N815


class _Place(Struct, rename="camel"):
    """A contact's flat names of what Graph has in `addresses` and `phones`."""

    city: str | None = None
    country: str | None = None
    office_location: str | None = None
    postal_code: str | None = None
    state: str | None = None
    street_address: str | None = None
    business_phones: list[str] = []
    mobile_phone: str | None = None
    fax_number: str | None = None


def _addresses(text: str) -> Raw:
    at = msgspec.json.decode(text, type=prepared(_Place))
    address = {
        "city": at.city, "countryOrRegion": at.country, "officeLocation": at.office_location,
        "postalCode": at.postal_code, "state": at.state, "street": at.street_address,
    }  # fmt: skip
    return Raw(encode([address] if any(address.values()) else []))


def _phones(text: str) -> Raw:
    at = msgspec.json.decode(text, type=prepared(_Place))
    numbers = [*((one, "business") for one in at.business_phones), (at.mobile_phone, "mobile"),
               (at.fax_number, "businessFax")]  # fmt: skip
    return Raw(encode([{"number": number, "type": type_} for number, type_ in numbers if number]))


def _extension_attributes(text: str) -> Raw:
    return Raw(encode(msgspec.json.decode(text, type=prepared(_ExtensionAttributes))))


class _OrgData(Struct, rename="camel"):
    """The hub's flat names of what Graph has in `employeeOrgData`."""

    cost_center: str | None = None
    division: str | None = None


def _org_data(text: str) -> Raw:
    found = msgspec.json.decode(text, type=prepared(_OrgData))
    return Raw(encode(found)) if found.cost_center or found.division else NULL


_DERIVED: Mapping[str, Callable[[str], Raw]] = {
    "addresses": _addresses, "phones": _phones, EXTENSION_ATTRIBUTES: _extension_attributes, ORG_DATA: _org_data,
}  # fmt: skip


_WHOLES: Mapping[str, Mapping[str, str]] = {
    "user": dict.fromkeys(("costCenter", "division"), ORG_DATA),
    "contact": {
        **dict.fromkeys(("city", "country", "officeLocation", "postalCode", "state", "streetAddress"), "addresses"),
        **dict.fromkeys(("businessPhones", "mobilePhone", "faxNumber"), "phones"),
    },
}


def told_as(type_: str, name: str) -> str:
    """The property as which a stored one is told: that of which it is a part, or itself."""
    is_attribute = name.startswith("extensionAttribute")
    return EXTENSION_ATTRIBUTES if is_attribute else _WHOLES.get(type_, {}).get(name, name)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is told of objects of one type."""

    made: type[Any]
    many: msgspec.json.Decoder[list[Any]]
    derived: tuple[str, ...]
    has_id: bool
    has_deleted: bool

    def told(self, rows: Sequence[Row]) -> list[Any]:
        """Structures that encode to Graph's JSON."""
        found = self.many.decode("[" + ",".join(row.properties for row in rows) + "]")
        for one, row in zip(found, rows, strict=True):
            if self.has_id:
                one.id = row.id
            if self.has_deleted and row.deleted is not None:
                one.deletedDateTime = iso(row.deleted)
            for name in self.derived:
                setattr(one, name, _DERIVED[name](row.properties))
        return found


@lru_cache(maxsize=512)
def shape_of(kind: Kind, select: tuple[str, ...], more: tuple[str, ...] = (), *, typed: bool = False) -> Shape:
    """The shape of a selection (empty: what is usual), with room for expanded things, and `@odata.type` if wanted."""
    names = _chosen(kind, select)
    fields: list[tuple[str, Any, Any]] = [("odata_type", str, f"#microsoft.graph.{kind.name}")] if typed else []
    for name in names:
        known = kind.property(name)
        empty = NONE if known is not None and known.form == "list" else NULL
        plain = name in ("id", "deletedDateTime")
        fields.append((name, str | None, None) if plain else (name, Raw, empty))
    fields += [(name, Raw | UnsetType, UNSET) for name in more if name not in names]
    made = msgspec.defstruct(kind.name, fields, rename={"odata_type": "@odata.type"}, gc=False)
    derived = tuple(name for name in names if name in _DERIVED)
    many = msgspec.json.Decoder(prepared(list[made]))
    return Shape(made, many, derived, "id" in names, "deletedDateTime" in names)


def _chosen(kind: Kind, select: Iterable[str]) -> list[str]:
    if not select or "*" in select:
        return [one.name for one in kind.properties.values() if one.usual]
    found = [known.name for name in select if (known := kind.property(name.partition("/")[0])) is not None]
    return list(dict.fromkeys(found))


def check_select(kind: Kind, select: Iterable[str], *, allowed: Iterable[str] = ()) -> None:
    """RopewayError for a property that the type does not have."""
    for name in select:
        if name != "*" and name not in allowed and kind.property(name.partition("/")[0]) is None:
            raise no_property("$select", name)


def told(
    kind: Kind, rows: Sequence[Row], select: tuple[str, ...], more: tuple[str, ...] = (), *, typed: bool | None = None
) -> list[Any]:
    """Rows in their order; of several types each with its own properties, and with its type."""
    if kind.stored:
        return shape_of(kind, select, more, typed=bool(typed)).told(rows)
    named = typed is not False
    return [shape_of(by_stored(row.type), select, more, typed=named).told([row])[0] for row in rows]


def as_dict(one: Any) -> dict[str, Any]:
    """A structure as JSON's names and values."""
    fields: Sequence[str] = one.__struct_fields__
    names: Sequence[str] = one.__struct_encode_fields__
    pairs = ((name, getattr(one, field)) for name, field in zip(names, fields, strict=True))
    return {name: value for name, value in pairs if value is not UNSET}
