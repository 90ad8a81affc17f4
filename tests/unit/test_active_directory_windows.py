"""DirSync answers in several parts, as Windows gives them: made by hand after [MS-ADTS] 3.1.1.3.4.1.3.

Samba always answers in one part, and no Windows server was at hand, so a script stands in for the connection alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ropeway.connectors.active_directory import ber, controls, marks
from ropeway.connectors.active_directory.connection import Connection, Entry
from ropeway.connectors.active_directory.controls import Control
from ropeway.connectors.active_directory.failures import Refused
from ropeway.connectors.active_directory.full import negotiated
from ropeway.connectors.active_directory.searching import dirsync_now, dirsync_search, rest_of_range
from ropeway.connectors.active_directory.session import Session
from ropeway.connectors.active_directory.settings import settings_from
from ropeway.model.problems import Problem, RopewayError


@dataclass
class Part:
    """One answer: its entries and the controls at its end."""

    entries: list[Entry]
    controls: dict[str, bytes]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


@dataclass
class Windows:
    """Answers as scripted, and remembers the cookies it was asked with."""

    parts: list[Part]
    controller: str = "dc1.contoso.test:636"
    cookies: list[bytes] = field(default_factory=list)

    def search(
        self, base: str, filter_: str, attributes: Sequence[str], wanted: Sequence[Control], **more: Any
    ) -> Part:
        sent = next(c for c in wanted if c.oid == controls.DIRSYNC)
        self.cookies.append(ber.fields(sent.value or b"")[2][1])
        return self.parts[len(self.cookies) - 1]


def part(*names: str, more: int, cookie: bytes) -> Part:
    value = ber.sequence(ber.integer(more), ber.integer(0), ber.octets(cookie))
    return Part([(name, {}) for name in names], {controls.DIRSYNC: value})


def test_windows_is_asked_again_until_there_is_no_more() -> None:
    windows = Windows(
        [part("CN=Anna", more=1, cookie=b"one"), part(more=1, cookie=b"two"), part("CN=Bert", more=0, cookie=b"three")]
    )
    found = list(dirsync_search(cast("Connection", windows), "DC=x", "(a=b)", ["cn"], b"zero", object_security=False))
    assert found == [("CN=Anna", {}), b"one", b"two", ("CN=Bert", {}), b"three"]
    assert windows.cookies == [b"zero", b"one", b"two"]


def test_windows_walks_everything_to_say_what_is_now() -> None:
    windows = Windows([part(more=1, cookie=b"half"), part(more=0, cookie=b"now")])
    assert dirsync_now(cast("Connection", windows), "DC=x", ["cn"], object_security=True) == b"now"


def test_an_answer_without_its_cookie_ends_the_read() -> None:
    for broken in ({}, {controls.DIRSYNC: b"noise"}):
        reading = dirsync_search(
            cast("Connection", Windows([Part([], broken)])), "DC=x", "(a=b)", ["cn"], b"", object_security=False
        )
        with pytest.raises(RopewayError, match="lacks control"):
            list(reading)


class Ranged:
    """A controller with Windows' MaxValRange of 1,500, however many are asked for."""

    controller = "dc1.contoso.test:636"

    def object(self, base: str, attributes: Sequence[str], wanted: Sequence[Control]) -> Entry:
        first = int(attributes[0].partition("=")[2].partition("-")[0])
        last = min(first + 1499, 3999)
        values = [b"%d" % n for n in range(first, last + 1)]
        return base, {f"member;range={first}-{'*' if last == 3999 else last}": values, "member": []}


def test_windows_gives_a_long_attribute_in_ranges_of_its_own() -> None:
    found = [v for values in rest_of_range(cast("Connection", Ranged()), "CN=All", "member", 1499, ()) for v in values]
    assert found == [b"%d" % n for n in range(1500, 4000)]


@dataclass
class Guarded:
    """A controller that lets this account use the DirSync control with some flags only; Samba always lets it."""

    allowed: frozenset[int]
    connection: Any = None
    base: str = "DC=contoso,DC=test"

    def __post_init__(self) -> None:
        self.connection = self

    def search(
        self, base: str, filter_: str, attributes: Sequence[str], wanted: Sequence[Control], **more: Any
    ) -> Part:
        sent = next(c for c in wanted if c.oid == controls.DIRSYNC)
        flags = int.from_bytes(ber.fields(sent.value or b"")[0][1], "big", signed=True) & 1
        if flags not in self.allowed:
            raise Refused(Problem("rights-missing", object="dc1"))
        return part(more=0, cookie=b"now")


@pytest.mark.parametrize(
    ("allowed", "mode"),
    [({0, 1}, marks.DIRSYNC), ({1}, marks.OBJECT_SECURITY), (set[int](), marks.USN)],
)
def test_who_is_refused_dirsync_asks_for_what_may_be_read_and_then_for_usns(
    allowed: set[int], mode: marks.Mode
) -> None:
    auto = settings_from({"domain": "contoso.test", "user": "reader", "prompt": True})
    found, cookie = negotiated(cast("Session", Guarded(frozenset(allowed))), auto)
    assert (found, cookie) == (mode, b"" if mode is marks.USN else b"now")


def test_who_insists_on_dirsync_and_is_refused_is_told_what_is_missing() -> None:
    only = settings_from({"domain": "contoso.test", "user": "reader", "prompt": True, "method": "dirsync"})
    with pytest.raises(RopewayError) as refused:
        negotiated(cast("Session", Guarded(frozenset())), only)
    assert refused.value.problem.code == "replication-rights-missing"
