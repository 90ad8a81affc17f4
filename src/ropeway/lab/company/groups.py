"""Groups: one of all staff, security and distribution groups nested three deep."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice
from math import gcd
from random import Random

from ropeway.lab.company.people import People
from ropeway.lab.company.places import root_dn
from ropeway.lab.company.record import Record

SECURITY, UNIVERSAL, GLOBAL = -0x80000000, 0x8, 0x2
"""Bits of groupType ([MS-ADTS] 2.2.12), as the signed number that LDAP shows."""

DEPTH = 3
"""Groups come in threes: a company-wide one holds a regional one holds a team."""

LEVELS = ("Company", "Region", "Team")

_SUBJECTS = ("Projects", "Budget", "Travel", "Safety", "Printers", "VPN", "Newsletter", "Onboarding", "Façade", "東京")


class Groups:
    """All groups of one company."""

    def __init__(self, seed: int, count: int, members: int, largest: int, people: People) -> None:
        self._count = count
        self._members = min(members, people.count)
        self._largest = min(largest, people.count)
        self._people = people
        self._above = f"OU=Groups,{root_dn(people.base_dn)}"
        self._start = Random(seed + 1).randrange(max(people.count, 1))

    def __iter__(self) -> Iterator[Record]:
        """A group comes after the group it holds: its members are all there when it is added."""
        return map(self.record, range(self._count - 1, -1, -1))

    def dn(self, number: int) -> str:
        """Where a group is."""
        return f"CN={_name(number)},{self._above}"

    def record(self, number: int) -> Record:
        """The whole group; every second three of them are for mail."""
        for_mail = number == 0 or (number - 1) // DEPTH % 2 == 1
        attributes: dict[str, list[str] | list[bytes]] = {
            "objectClass": ["top", "group"],
            "sAMAccountName": [f"grp-{number:05}"],
            "displayName": [_name(number)],
            "description": [f"Made by the lab, level {LEVELS[_level(number)]}"],
            "groupType": [str((0 if for_mail else SECURITY) + (GLOBAL if _level(number) == DEPTH - 1 else UNIVERSAL))],
        }
        if for_mail:
            address = f"grp-{number:05}@{self._people.dns_domain}"
            attributes |= {"mail": [address], "proxyAddresses": [f"SMTP:{address}"]}
        if self._people.count:
            attributes["managedBy"] = [self._people.dn(number % self._people.count)]
        members = self._member_dns(number)
        if members:
            attributes["member"] = members
        return Record("group", number, self.dn(number), attributes)

    def _member_dns(self, number: int) -> list[str]:
        if number == 0:
            return [self._people.dn(n) for n in range(self._largest)]
        people = [self._people.dn(n) for n in self._drawn(number)]
        held = number + 1
        if _level(number) < DEPTH - 1 and held < self._count:
            people.append(self.dn(held))
        return people

    def _drawn(self, number: int) -> Iterator[int]:
        """Different people, all over the company: steps that share no factor with their number."""
        count = self._people.count
        if not count:
            return iter(())
        step = next(s for s in cycle(range(number * 7 % count + 1, count + number * 7 + 2)) if gcd(s, count) == 1)
        first = (self._start + number * 31) % count
        return islice(((first + k * step) % count for k in range(count)), self._members)


def _level(number: int) -> int:
    return (number - 1) % DEPTH if number else 0


def _name(number: int) -> str:
    if number == 0:
        return "All Staff"
    return f"{LEVELS[_level(number)]} {_SUBJECTS[(number - 1) // DEPTH % len(_SUBJECTS)]} {number}"
