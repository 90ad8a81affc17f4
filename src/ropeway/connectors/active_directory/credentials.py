"""Who binds: a name and a password, or a Kerberos principal with its keytab."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ropeway.connectors.active_directory.settings import Settings
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret

Ask = Callable[[str], Secret[str]]


@dataclass(frozen=True, slots=True)
class Password:
    """An account and its password."""

    user: str
    password: Secret[str]


@dataclass(frozen=True, slots=True)
class Keytab:
    """A Kerberos principal whose keys are in a file."""

    principal: str
    path: str


Credential = Password | Keytab


def credential_of(settings: Settings, ask: Ask | None) -> Credential:
    """The credential that the settings name; reads the password file or asks, now and once."""
    if settings.keytab:
        _check_mode(Path(settings.keytab))
        return Keytab(settings.principal or "", settings.keytab)
    user = settings.user or ""
    if settings.password_file:
        return Password(user, _first_line(Path(settings.password_file)))
    if ask is None:
        raise RopewayError(Problem("password-prompt-impossible", object=user))
    return Password(user, ask(f"Password of {user}"))


def _first_line(path: Path) -> Secret[str]:
    _check_mode(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None
    line = text.split("\n", 1)[0].rstrip("\r")
    if not line:
        raise RopewayError(Problem("password-file-empty", object=str(path)))
    return Secret(line)


def _check_mode(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _unreadable(path, error) from None
    if stat.S_ISDIR(mode):
        raise _unreadable(path, IsADirectoryError(0, "it is a folder"))
    if stat.S_IMODE(mode) & 0o077:
        raise RopewayError(
            Problem("credential-file-open", object=str(path), details={"mode": f"{stat.S_IMODE(mode):03o}"})
        )


def _unreadable(path: Path, error: Exception) -> RopewayError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
    return RopewayError(Problem("credential-file-unreadable", object=str(path), details={"reason": str(reason)}))
