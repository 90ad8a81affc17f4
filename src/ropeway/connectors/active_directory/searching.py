"""Searches that are longer than one answer: paged, DirSync, ranges of a long attribute."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TypeVar

from ropeway.connectors.active_directory import controls
from ropeway.connectors.active_directory.connection import Answer, Connection, Entry
from ropeway.connectors.active_directory.controls import Control
from ropeway.model.problems import Problem, RopewayError

T = TypeVar("T")

RANGE = 10_000
"""Values of one attribute asked for at a time; Windows answers with its own limit (MaxValRange, 1,500) instead."""

_RANGED = re.compile(r"^([^;]+);range=(\d+)-(\d+|\*)$", re.IGNORECASE)


def whole_search(
    connection: Connection,
    base: str,
    filter_: str,
    attributes: Sequence[str],
    extra: Sequence[Control] = (),
    *,
    size: int = 1000,
) -> Iterator[Entry]:
    """Every entry of a search, page by page; the next page is asked for while this one is being worked on."""

    def ask(cookie: bytes) -> Answer:
        wanted = (controls.paged(size, cookie), *extra)
        return connection.search(base, filter_, attributes, wanted, patient=True)

    answer: Answer | None = ask(b"")
    while answer is not None:
        entries = list(answer)
        cookie = _control(connection, answer, controls.PAGED, controls.paged_cookie)
        answer = ask(cookie) if cookie else None
        yield from entries


def dirsync_search(
    connection: Connection,
    base: str,
    filter_: str,
    attributes: Sequence[str],
    cookie: bytes,
    *,
    object_security: bool,
) -> Generator[Entry | bytes]:
    """Every change since the cookie, entry by entry; after each part the cookie that stands for it, last the final one.

    A Windows controller answers in parts ("more"), Samba always in one go; nothing is kept in memory.
    """
    more = True
    while more:
        wanted = (controls.dirsync(cookie, object_security=object_security), controls.extended_dn())
        answer = connection.search(base, filter_, attributes, wanted, patient=True)
        yield from answer
        told = _control(connection, answer, controls.DIRSYNC, controls.dirsync_answer)
        more, cookie = told.more, told.cookie
        yield cookie


def dirsync_in_parts(
    connection: Connection, base: str, filters: Sequence[str], attributes: Sequence[str], *, object_security: bool
) -> Generator[Entry]:
    """Everything that any of the filters finds; the next answer is asked for while this one is being worked on."""
    wanted = (controls.dirsync(b"", object_security=object_security), controls.extended_dn())
    coming: list[Answer] = []
    try:
        for number in range(len(filters)):
            following = filters[number + len(coming) : number + 2]
            coming += [connection.search(base, one, attributes, wanted, patient=True) for one in following]
            answer = coming.pop(0)
            yield from answer
            told = _control(connection, answer, controls.DIRSYNC, controls.dirsync_answer)
            if told.more:
                rest = dirsync_search(
                    connection, base, filters[number], attributes, told.cookie, object_security=object_security
                )
                yield from (found for found in rest if not isinstance(found, bytes))
    finally:
        for answer in coming:
            answer.abandon()


def dirsync_now(connection: Connection, base: str, attributes: Sequence[str], *, object_security: bool) -> bytes:
    """The cookie that stands for this moment: a DirSync search that matches nothing."""
    cookie = b""
    for found in dirsync_search(
        connection, base, "(!(objectClass=*))", attributes, b"", object_security=object_security
    ):
        if isinstance(found, bytes):
            cookie = found
    return cookie


def ranged(name: str) -> tuple[str, int | None] | None:
    """`member;range=0-1499` as ("member", 1499), `…-*` as ("member", None); None for a name without a range."""
    found = _RANGED.match(name)
    if found is None:
        return None
    return found[1], None if found[3] == "*" else int(found[3])


def rest_of_range(
    connection: Connection, name: str, attribute: str, last: int, extra: Sequence[Control]
) -> Iterator[list[bytes]]:
    """The values of an attribute after position `last`, range by range; the object is named `<GUID=…>` or by DN."""
    position: int | None = last
    while position is not None:
        option = f"{attribute};range={position + 1}-{position + RANGE}"
        entry = connection.object(name, [option], extra)
        if entry is None:
            return
        position = None
        for told, values in entry[1].items():
            span = ranged(told)
            if span is not None and span[0].lower() == attribute.lower() and values:
                position = span[1]
                yield values


def _control(connection: Connection, answer: Answer, oid: str, read: Callable[[bytes], T]) -> T:
    try:
        return read(answer.controls[oid])
    except (KeyError, ValueError) as error:
        details = {"controller": str(connection.controller), "reason": f"its answer lacks control {oid} ({error})"}
        raise RopewayError(Problem("operation-refused", object=details["controller"], details=details)) from None
