"""A large file read by a process of its own, so that reading and storing it take place at the same time.

What goes in is one msgpack value, `Asked`; what comes out are frames: a letter, a length (4 bytes, big endian) and that
many bytes. `P` is a page on the wire, `E` the problem that ended the read, `.` the clean end.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from struct import Struct
from typing import IO

import msgspec

from ropeway.connectors.ldif.settings import LdifSettings
from ropeway.model.pages import Page, from_wire
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.watermark import Wanted

LARGE = 8 * 1024 * 1024
"""Bytes from which it pays: starting a process takes as long as reading 2 MB."""

HEAD = Struct(">cI")
PAGE, PROBLEM, END = b"P", b"E", b"."


class Asked(msgspec.Struct, frozen=True):
    """What the process is to read."""

    settings: LdifSettings
    types: dict[str, tuple[str, ...]]


def read_apart(settings: LdifSettings, wanted: Wanted) -> Iterator[Page]:
    """The pages of a full read, from a process that ends with the iteration; what it raises is raised here."""
    command = [sys.executable, "-m", "ropeway.connectors.ldif"]
    with subprocess.Popen(  # noqa: S603 - this program itself, and no argument from outside
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(msgspec.msgpack.encode(Asked(settings, dict(wanted.types))))
            process.stdin.close()
            yield from _pages(process.stdout, settings.path)
        finally:
            process.kill()


def _pages(stream: IO[bytes], path: str) -> Iterator[Page]:
    while len(head := stream.read(HEAD.size)) == HEAD.size:
        kind, length = HEAD.unpack(head)
        body = stream.read(length)
        if len(body) < length:
            break
        if kind == END:
            return
        if kind == PROBLEM:
            raise RopewayError(msgspec.msgpack.decode(body, type=prepared(Problem)))
        yield from_wire(body)
    why = "the process that read it was stopped"
    raise RopewayError(Problem("ldif-reading-failed", object=path, details={"path": path, "why": why}))
