"""At which service this user is signed in: a file in the user's own folder, mode 0600."""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ropeway.cli.environment import config_folder
from ropeway.cli.exits import Refused
from ropeway.model.prepared import prepared
from ropeway.model.secret import Secret

LONGEST = 65536
"""Bytes of the file that are worth reading."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A service, and what says to it who is asking."""

    url: str
    """`https://ropeway.contoso.com:8443`, no slash at the end."""
    token: Secret[str]
    ca: str | None = None
    """The authority of the service's certificate, in PEM; None: those that the system trusts."""
    name: str = ""
    """Who the service says this is."""
    expires: str = ""
    """ISO 8601."""
    tenant: str = ""
    """The id of the tenant that it is signed in to."""
    tenant_name: str = ""
    refresh: Secret[str] | None = None
    """What gives the next token, where somebody signed in with an account of their own."""


class _Stored(msgspec.Struct, frozen=True):
    url: str
    token: str
    ca: str | None = None
    name: str = ""
    expires: str = ""
    tenant: str = ""
    tenant_name: str = ""
    refresh: str = ""


def file() -> Path:
    """Where it is kept."""
    return config_folder() / "login.json"


def signed_in(*, whoever_reads: bool = False) -> SignedIn | None:
    """Where this user is signed in, or None; `Refused` where others may read the file, or it is none of ours.

    `whoever_reads` is for signing out, which is what such a file needs.
    """
    path = file()
    try:
        with path.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            text = opened.read(LONGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"{path}, which says where you are signed in, cannot be read: {error.strerror}.") from None
    if mode & 0o077 and not whoever_reads:
        raise Refused(
            f"{path} holds the token that you are signed in with, and others may read it (mode {mode:03o}). "
            "Run `ropeway logout`, which makes the token worthless, and sign in again."
        )
    try:
        found = msgspec.json.decode(text, type=prepared(_Stored))
    except msgspec.MsgspecError:
        raise Refused(f"{path}, which says where you are signed in, is damaged. Sign in again: ropeway login") from None
    token = Secret(found.token)
    told = (found.ca, found.name, found.expires, found.tenant, found.tenant_name)
    return SignedIn(found.url, token, *told, Secret(found.refresh) if found.refresh else None)


def remember(signed: SignedIn) -> None:
    """Keep it for the commands to come: in one step, for this user alone."""
    path = file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    refresh = signed.refresh.reveal() if signed.refresh else ""
    told = (signed.ca, signed.name, signed.expires, signed.tenant, signed.tenant_name, refresh)
    stored = _Stored(signed.url, signed.token.reveal(), *told)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(msgspec.json.encode(stored))
        beside.replace(path)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


@contextmanager
def alone() -> Generator[None]:
    """No other command of this user is here meanwhile: of two that renew a token one would end the sign-in."""
    path = file().with_name("login.lock")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def forget() -> None:
    """Signed in nowhere."""
    file().unlink(missing_ok=True)
