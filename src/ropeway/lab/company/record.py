"""One object of the company, and the spelling of its place."""

from __future__ import annotations

import msgspec

Values = list[str] | list[bytes]


class Record(msgspec.Struct):
    """An object as an administrator would add it. Attribute names are Active Directory's."""

    kind: str
    """organizationalUnit, user, group, contact or computer."""
    number: int
    """Among those of its kind; with the seed it gives objectGUID and objectSid."""
    dn: str
    attributes: dict[str, Values]
    password: bool = False
    """Whether the account gets a random password when it is loaded."""


_ESCAPED = str.maketrans({c: f"\\{c}" for c in ',+"\\<>;='})


def rdn(name: str) -> str:
    """A name as it stands in a DN (RFC 4514 2.4); names here neither begin nor end with a space or a hash."""
    return name.translate(_ESCAPED)
