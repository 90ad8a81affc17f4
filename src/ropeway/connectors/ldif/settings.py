"""What an administrator says about a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ropeway.connectors.ldif.dn import dn_key
from ropeway.model.problems import Problem, RopewayError, shown


class LdifSettings(msgspec.Struct, frozen=True):
    """The settings of an LDIF source."""

    path: str
    """The file; `-` is standard input."""
    domain: str | None = None
    """The base, as a DNS name or a DN; objects outside are not read. By default it is taken from the DC= parts."""

    @property
    def base(self) -> str | None:
        """The key of the base's DN, or None where it is not given."""
        return None if self.domain is None else _base_key(self.domain)


def parse_settings(settings: Mapping[str, Any]) -> LdifSettings:
    """Settings checked: unknown keys and wrong values are RopewayErrors that name the key."""
    known = LdifSettings.__struct_fields__
    for key, value in settings.items():
        if key not in known:
            raise RopewayError(Problem("ldif-setting-unknown", details={"key": shown(key), "known": ", ".join(known)}))
        if value is not None and (not isinstance(value, str) or not value.strip() or "\0" in value):
            raise _wrong(key, value, "a text is wanted")
    if settings.get("path") is None:
        raise _wrong("path", "", "the file to read is not named")
    parsed = LdifSettings(path=settings["path"], domain=settings.get("domain"))
    if parsed.domain is not None:
        try:
            _ = parsed.base
        except ValueError as error:
            raise _wrong("domain", parsed.domain, str(error)) from error
    return parsed


def _base_key(domain: str) -> str:
    if "=" in domain:
        return dn_key(domain)
    labels = domain.strip().strip(".").split(".")
    if not all(labels):
        raise ValueError("neither a DNS name nor a DN")
    return dn_key(",".join(f"DC={label}" for label in labels))


def _wrong(key: str, value: object, why: str) -> RopewayError:
    return RopewayError(Problem("ldif-setting-wrong", attribute=key, value=shown(value), details={"why": why}))
