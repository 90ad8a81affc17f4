"""The file behind a source: found, opened, and where needed copied into a form that can be read twice."""

from __future__ import annotations

import codecs
import os
import stat
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from ropeway.model.problems import Problem, RopewayError

_COPY = 1024 * 1024

_CODES: dict[type[OSError], str] = {
    FileNotFoundError: "ldif-no-file",
    NotADirectoryError: "ldif-no-file",
    IsADirectoryError: "ldif-folder",
    PermissionError: "ldif-not-allowed",
}


class LdifFile:
    """An export, open for reading; a stream, and UTF-16 as `ldifde -u` writes it, are copied to a temporary file."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = "standard input" if path == "-" else path
        with _explained(path):
            self._given: BinaryIO = _opened(path)
            self._copied = path == "-" or not stat.S_ISREG(os.fstat(self._given.fileno()).st_mode)
            self.file: BinaryIO = _spooled(self._given) if self._copied else self._given
            head = self.file.read(4)
            if encoding := _utf16(head):
                self.file.seek(0)
                self.file = _transcoded(self.file, encoding)
                head = b""
            self.start = 3 if head.startswith(codecs.BOM_UTF8) else 0
            self.opened_as = self.now()

    @property
    def is_named(self) -> bool:
        """Whether somebody else can open it again by its path."""
        return not self._copied

    def now(self) -> tuple[int, int]:
        """Size in bytes and time of the last change in nanoseconds, of what is open."""
        status = os.fstat((self.file if self._copied else self._given).fileno())
        return status.st_size, status.st_mtime_ns

    def on_disk(self) -> tuple[int, int]:
        """The same of what the path names now: another file may have taken the name."""
        if self._copied:
            return self.opened_as
        with _explained(self.path):
            status = Path(self.path).stat()
        return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else self.opened_as

    def digest(self) -> bytes:
        """16 bytes that stand for the contents."""
        with _explained(self.path):
            self.file.seek(0)
            made = blake2b(digest_size=16)
            while chunk := self.file.read(_COPY):
                made.update(chunk)
        return made.digest()

    def size(self) -> int:
        """Bytes to be read."""
        return os.fstat(self.file.fileno()).st_size

    def close(self) -> None:
        """Let go of the file, and of the temporary copy with it."""
        self.file.close()
        if self.path != "-":
            self._given.close()


class _explained:  # noqa: N801 - reads as a word of the language
    """Turns what the operating system says into a problem."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, OSError):
            return
        why = os.strerror(error.errno) if error.errno else str(error)
        code = _CODES.get(type(error), "ldif-reading-failed")
        raise RopewayError(Problem(code, object=self._path, details={"path": self._path, "why": why})) from error


def explained(path: str) -> _explained:
    """A block in which errors of the operating system become problems about the file."""
    return _explained(path)


def _opened(path: str) -> BinaryIO:
    if path == "-":
        return sys.stdin.buffer
    return Path(path).open("rb", buffering=0)


def _temporary() -> BinaryIO:
    """A file without a name: it is gone when it is closed, however the process ends."""
    return tempfile.TemporaryFile(prefix="ropeway-ldif-")


def _spooled(stream: BinaryIO) -> BinaryIO:
    copy = _temporary()
    copyfileobj(stream, copy, _COPY)
    copy.seek(0)
    return copy


def _utf16(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) >= 4 and head[1] == 0 and head[3] == 0 and head[0] and head[2]:
        return "utf-16-le"
    return None


def _transcoded(file: BinaryIO, encoding: str) -> BinaryIO:
    """A copy in UTF-8; what is no text in the old encoding becomes U+FFFD, and an odd last byte ends the file early."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    copy = _temporary()
    while chunk := file.read(_COPY):
        copy.write(decoder.decode(chunk).encode("utf-8", "replace"))
    copy.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
    copy.seek(0)
    return copy
