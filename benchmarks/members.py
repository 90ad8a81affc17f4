"""A Source made of numbers: people, one group of nearly all of them, and then one member more at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import UUID

from ropeway.model.anchors import Anchor
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.pages import PAGE_VALUES, LinkAdded, LinksReplaced, Page, Whole
from ropeway.model.watermark import Wanted, Watermark

DOMAIN, GROUP = Anchor(str(UUID(int=1 << 64))), Anchor(str(UUID(int=2 << 64)))
BASE = "DC=contoso,DC=test"


class Members:
    """A group of the first so many people; raise `members`, and the next delta brings the difference."""

    def __init__(self, people: int, members: int) -> None:
        self._people = people
        self.members = members

    def describe(self) -> DirectoryDefinition:
        """The domain alone."""
        return DirectoryDefinition(DOMAIN, "contoso.test")

    def read(self, watermark: Watermark | None, wanted: Wanted) -> Iterator[Page]:
        """Everything, or the members added since."""
        if watermark is None:
            yield from self._everything()
            yield Page((), self._mark(wanted), complete=True)
        elif watermark.usn < self.members:
            added = tuple(LinkAdded(GROUP, "member", anchor(n)) for n in range(watermark.usn, self.members))
            yield Page(added, self._mark(wanted))

    def read_one(self, anchor: Anchor, wanted: Wanted) -> Whole | None:  # noqa: ARG002 - there is no more to want
        """A person."""
        number = UUID(anchor).int
        return person(number) if number < self._people else None

    def close(self) -> None:
        """Nothing to let go of."""

    def _everything(self) -> Iterator[Page]:
        yield Page((Whole(DOMAIN, "domainDNS", BASE, None, {"dc": "contoso"}),))
        for some in _parts(self._people):
            yield Page(tuple(map(person, some)))
        attributes = {"cn": "Everybody", "displayName": "Everybody", "sAMAccountName": "everybody", "groupType": 2,
                      "mail": "everybody@contoso.test", "objectSid": "S-1-5-21-1-2-3-500000"}  # fmt: skip
        yield Page((Whole(GROUP, "group", f"CN=Everybody,{BASE}", DOMAIN, attributes, continued=("member",)),))
        for some in _parts(self.members):
            others = tuple(map(anchor, some))
            yield Page((LinksReplaced(GROUP, "member", others, some.start == 0, some.stop == self.members),))

    def _mark(self, wanted: Wanted) -> Watermark:
        return Watermark("changes", DOMAIN, "members", self.members, time.time(), wanted.digest)


def anchor(number: int) -> Anchor:
    """Who somebody is."""
    return Anchor(str(UUID(int=number)))


def person(number: int) -> Whole:
    """Somebody of whom nearly nothing is known: this is about the group."""
    attributes = {
        "cn": f"Person {number}",
        "displayName": f"Person {number}",
        "sAMAccountName": f"person{number}",
        "userPrincipalName": f"person{number}@contoso.test",
        "userAccountControl": 512,
        "objectSid": f"S-1-5-21-1-2-3-{1_000_000 + number}",
    }
    return Whole(anchor(number), "user", f"CN=Person {number},{BASE}", DOMAIN, attributes)


def _parts(count: int) -> list[range]:
    return [range(first, min(first + PAGE_VALUES, count)) for first in range(0, count, PAGE_VALUES)]
