"""What the directory is asked about, and what it tells of its domains."""

from __future__ import annotations

from typing import Literal

import msgspec

ObjectType = Literal["users", "groups", "contacts", "devices"]


class DomainView(msgspec.Struct, frozen=True, kw_only=True):
    """A domain of the tenant."""

    name: str
    verified: bool
    initial: bool = False
    default: bool = False
    record: str = ""
    """The text of the TXT record that shows whose the domain is; empty where it is verified, or a word will do."""
