"""The agent's folder: who may read it, and writing so that a crash leaves the old file or the new one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret

IDENTITY = "identity.pem"
SETTINGS = "agent.yaml"
TRACE = "trace"
MOST_BYTES = 1024 * 1024
ROOM = 64 * 1024
"""Bytes that key, certificate and settings may take on the disk, with room to spare."""


def read_private(path: Path) -> Secret[str]:
    """A file that nobody but its owner can read."""
    _require_mode(path, 0o077)
    return Secret(_read(path))


def read_settings(path: Path) -> str:
    """A file that nobody but its owner can change: it says where passwords are sent."""
    _require_mode(path, 0o022)
    return _read(path)


def first_line(path: Path) -> Secret[str]:
    """A password in a file of its own."""
    line = read_private(path).reveal().split("\n", 1)[0].rstrip("\r")
    if not line:
        raise RopewayError(Problem("password-file-empty", object=str(path)))
    return Secret(line)


def credential(folder: str | None, name: str) -> Secret[str]:
    """A credential that systemd handed over (systemd.exec, LoadCredential); its folder is this process's alone."""
    if not folder or "/" in name or name.startswith("."):
        raise unreadable(Path(name), OSError(0, "systemd handed over no such credential"))
    path = Path(folder) / name
    return Secret(_read(path).split("\n", 1)[0].rstrip("\r"))


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 600 in one step."""
    made = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.unlink(missing_ok=True)
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            _give_to_whom_the_folder_belongs(file.fileno(), path.parent)
            os.fsync(file.fileno())
        made.replace(path)
    except OSError as error:
        raise unreadable(path, error) from None


def prepare(folder: Path) -> None:
    """Make the folder for this user alone, and see that it can be written, before anything depends on it."""
    probe = folder / f"{IDENTITY}.new"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch(mode=0o600)
        try:
            probe.write_bytes(bytes(ROOM))  # an empty file can be made on a full disk, too
        finally:
            probe.unlink()
    except OSError as error:
        raise unreadable(folder, error) from None


def unreadable(path: Path, error: Exception) -> RopewayError:
    """A file that cannot be read or written."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8 text"
    return RopewayError(Problem("agent-file-unreadable", object=str(path), details={"reason": reason}))


def _give_to_whom_the_folder_belongs(file: int, folder: Path) -> None:
    """What root writes here is for the agent to read."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(file, owner.st_uid, owner.st_gid)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from None


def _require_mode(path: Path, refused: int) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise unreadable(path, error) from None
    if mode & refused:
        raise RopewayError(Problem("agent-file-open", object=str(path), details={"mode": f"{mode:03o}"}))
