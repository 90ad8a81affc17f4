"""The file that says whom to tell: YAML, with the account of the mail server where it wants one."""

from __future__ import annotations

import stat
from email.utils import getaddresses
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from ropeway.engine.lifecycle.notices import Event
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.model.yaml_errors import no_yaml


class Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """Through which mail server to whom."""

    host: str
    sender: str
    """Written `from`."""
    to: tuple[str, ...]
    port: int = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    """`none` is for a mail server on this very machine."""
    ca_file: str = ""
    """Authorities to trust instead of the system's."""
    user: str = ""
    password: Secret[str] = Secret("")

    @property
    def place(self) -> str:
        """Which server it is."""
        return f"{self.host}:{self.port}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """The recipients without their names."""
        return tuple(address for _, address in getaddresses(self.to) if address)


class Webhook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a JSON document is posted to."""

    url: str
    """https; http for this very machine alone."""
    ca_file: str = ""
    authorization: Secret[str] = Secret("")
    """The header of that name, as `Bearer …`."""

    @property
    def place(self) -> str:
        """Which server it is."""
        return f"webhook {urlsplit(self.url).netloc}"


class NotificationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to tell of what."""

    mail: Mail | None = None
    webhook: Webhook | None = None
    events: tuple[Event, ...] = tuple(Event)
    """Only of these."""


def read_settings(path: str) -> NotificationSettings:
    """The settings in a file; RopewayError where it cannot be read, is wrong, or shows a secret to others."""
    import yaml

    file = Path(path)
    try:
        raw: Any = yaml.safe_load(file.read_bytes())
        settings = msgspec.convert(raw, prepared(NotificationSettings), dec_hook=_secret)
    except OSError as error:
        raise _invalid(path, error.strerror or "it cannot be read") from None
    except yaml.YAMLError as error:
        raise _invalid(path, no_yaml(error)) from None
    except msgspec.ValidationError as error:
        raise _invalid(path, str(error)) from None
    _check(path, settings)
    if holds_secret(settings):
        _refuse_if_others_read(file)
    return settings


def _secret(type_: Any, value: Any) -> Any:
    del type_
    if not isinstance(value, str):
        raise msgspec.ValidationError("Expected text")
    return Secret(value)


def holds_secret(settings: NotificationSettings) -> bool:
    """Whether somebody who reads the file learns something."""
    mail, webhook = settings.mail, settings.webhook
    return bool((mail and mail.password.reveal()) or (webhook and webhook.authorization.reveal()))


def _check(path: str, settings: NotificationSettings) -> None:
    mail, webhook = settings.mail, settings.webhook
    if mail is None and webhook is None:
        raise _invalid(path, "it names neither mail nor webhook")
    if mail is not None and not mail.addresses:
        raise _invalid(path, "mail.to names nobody")
    if mail is not None and any(c in f"{mail.sender}{''.join(mail.to)}" for c in "\r\n"):
        raise _invalid(path, "an address has a line break")
    if mail is not None and mail.tls == "none" and not is_loopback(mail.host):
        raise _invalid(path, "mail.tls none is for a mail server on this machine")
    if webhook is not None:
        parts = urlsplit(webhook.url)
        plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if not parts.hostname or (parts.scheme != "https" and not plain):
            raise _invalid(path, "webhook.url must begin with https://")


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_if_others_read(file: Path) -> None:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o077:
        raise RopewayError(Problem("credential-file-open", object=str(file), details={"mode": f"{mode:03o}"}))


def _invalid(path: str, reason: str) -> RopewayError:
    return RopewayError(Problem("notifications-invalid", object=path, details={"reason": reason}))
