"""A request of the token endpoint, and what is answered."""

# Authlib's classes are open to any framework and typed for none.
# pyright: reportIncompatibleVariableOverride=false, reportIncompatibleMethodOverride=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from ropeway.directory.people import Person
from ropeway.service.identity.scopes import Scopes
from ropeway.store.applications import Application
from ropeway.store.codes import Code
from ropeway.store.devices import Device
from ropeway.store.families import Family
from ropeway.store.passwords import Password


@dataclass(frozen=True, slots=True)
class Posted:
    """A request of the token endpoint, as it came."""

    uri: str
    form: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """By name in small letters."""
    address: str
    request: str
    """Its id."""


@dataclass(slots=True)
class Answered:
    """What the token endpoint says."""

    status: int
    body: dict[str, Any] = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict[str, str])


class TokenRequest(OAuth2Request):
    """Authlib's request, with ours inside."""

    def __init__(self, posted: Posted) -> None:
        super().__init__("POST", posted.uri, headers=dict(posted.headers))
        self.posted = posted
        self.payload = BasicOAuth2Payload(dict(posted.form))
        self.scopes: Scopes | None = None
        self.app: Application | None = None
        self.person: Person | None = None
        self.code: Code | None = None
        self.device: Device | None = None
        self.family: Family | None = None
        self.password: Password | None = None
        self.named = ""
        """Whom somebody claimed to be who is nobody."""

    @property
    def form(self) -> Mapping[str, str]:
        return self.posted.form
