"""What an administrator says about a domain to read, checked before anything is sent anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec

from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError, shown

Security = Literal["ldaps", "starttls", "gssapi", "plain"]
Method = Literal["auto", "dirsync", "usn"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of one Active Directory source. Never a password: a file's name at most."""

    domain: Annotated[str, msgspec.Meta(min_length=1)]
    """DNS name of the domain, `contoso.com`."""
    servers: tuple[str, ...] = ()
    """Controllers as `host` or `host:port`, tried in this order; none means those in DNS, one's own site first."""
    nameserver: str | None = None
    """Address of the DNS server to ask (`address` or `address:port`) instead of the system's."""
    security: Security = "ldaps"
    """How the connection is protected: `ldaps`, `starttls`, `gssapi` (Kerberos with sealing), `plain` (not at all)."""
    ca_file: str | None = None
    """PEM file of the authority that signed the controllers' certificates; none means the system's authorities."""
    user: str | None = None
    """Account to bind as: `ropeway@contoso.com` or a DN."""
    password_file: str | None = None
    """File whose first line is the password; must be readable by its owner alone."""
    keytab: str | None = None
    """Keytab of `principal`; binds with Kerberos."""
    principal: str | None = None
    """Kerberos name in the keytab, `ropeway@CONTOSO.COM`."""
    krb5_config: str | None = None
    """Path of a krb5.conf to use instead of the system's."""
    prompt: bool = False
    """Ask for the password when the source is opened."""
    allow_plaintext_password: bool = False
    """Send a password over `plain`; for laboratories."""
    method: Method = "auto"
    """How changes are found: DirSync, uSNChanged, or the best that rights and server allow."""
    object_security: bool = False
    """Use DirSync for what the account may read, without the right "Replicating Directory Changes"."""
    page_size: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1000
    """Objects asked for at a time."""
    timeout: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 30.0
    """Seconds to wait for a connection or an ordinary answer; a whole-domain answer may take 20 times as long."""
    naming_context: str | None = None
    """DN of the naming context to read; none means the domain's own."""


def settings_from(raw: Mapping[str, Any]) -> Settings:
    """Checked settings; RopewayError `source-settings-invalid` names the path of what is wrong."""
    known = {field.name for field in msgspec.structs.fields(Settings)}
    for key in raw:
        if key not in known:
            raise _invalid(f"source.settings.{key}", f"There is no setting “{shown(key)}”.")
    try:
        settings = msgspec.convert(dict(raw), prepared(Settings))
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$.")
        raise _invalid(f"source.settings.{path.rstrip('`')}".rstrip("."), f"{text}.") from None
    _check_credentials(settings)
    return settings


def _check_credentials(settings: Settings) -> None:
    ways = [name for name in ("password_file", "keytab", "prompt") if getattr(settings, name)]
    if len(ways) != 1:
        given = " and ".join(ways) if ways else "none"
        raise _invalid("source.settings", f"Give exactly one of password_file, keytab and prompt; given: {given}.")
    if settings.keytab:
        if not settings.principal:
            raise _invalid("source.settings.principal", "A keytab needs the principal to use.")
        if settings.security == "plain":
            raise _invalid("source.settings.security", "A keytab needs gssapi, ldaps or starttls, not plain.")
    elif not settings.user:
        raise _invalid("source.settings.user", "A password needs the user it belongs to.")
    if settings.security == "plain" and not settings.allow_plaintext_password:
        raise RopewayError(Problem("plaintext-password-refused", object=settings.domain))


def _invalid(path: str, reason: str) -> RopewayError:
    return RopewayError(Problem("source-settings-invalid", object=path, details={"reason": reason}))
