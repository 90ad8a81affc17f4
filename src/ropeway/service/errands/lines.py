"""The lines of an errand's answer, as the worker writes them and the API passes them on."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import msgspec

from ropeway.model.problems import Problem, describe
from ropeway.service.http.errors import STATUS

LEVEL = 1
"""Of zlib: a plan of 100,000 changes is read once."""

PIECE = 1 << 16
"""Bytes that are unpacked at once."""


def result_line(result: object) -> bytes:
    """The last line of what ended well."""
    return msgspec.json.encode({"result": result}) + b"\n"


def problem_line(problem: Problem) -> bytes:
    """The last line of what a problem ended: as data, with the status it would have had, and in a sentence."""
    status, _ = STATUS.get(problem.code, (400, ""))
    return msgspec.json.encode({"problem": problem, "status": status, "message": describe(problem)}) + b"\n"


def compressed(lines: bytes) -> bytes:
    """Lines as a row holds them."""
    return zlib.compress(lines, LEVEL)


def pieces(body: bytes) -> Iterator[bytes]:
    """The inverse, piece by piece: a long line is never whole in the memory of the API."""
    packed = zlib.decompressobj()
    rest = body
    while rest:
        if piece := packed.decompress(rest, PIECE):
            yield piece
        rest = packed.unconsumed_tail
    if piece := packed.flush():
        yield piece
