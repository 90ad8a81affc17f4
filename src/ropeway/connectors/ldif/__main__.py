"""The process of `apart`: reads what it is asked for, until the end or until nobody listens any more."""

from __future__ import annotations

import sys
from typing import IO

import msgspec

from ropeway.connectors.ldif.apart import END, HEAD, PAGE, PROBLEM, Asked
from ropeway.connectors.ldif.source import LdifSource
from ropeway.model.pages import to_wire
from ropeway.model.prepared import prepared
from ropeway.model.problems import RopewayError
from ropeway.model.watermark import Wanted


def _write(stream: IO[bytes], kind: bytes, body: bytes) -> None:
    stream.write(HEAD.pack(kind, len(body)) + body)
    stream.flush()


def _read(given: IO[bytes], out: IO[bytes]) -> None:
    asked = msgspec.msgpack.decode(given.read(), type=prepared(Asked))
    try:
        for page in LdifSource(asked.settings, apart=False).read(None, Wanted(asked.types)):
            _write(out, PAGE, to_wire(page))
        _write(out, END, b"")
    except RopewayError as error:
        _write(out, PROBLEM, msgspec.msgpack.encode(error.problem))


if __name__ == "__main__":
    try:
        _read(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        sys.exit(1)
