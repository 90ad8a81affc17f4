"""The people of a company: each computed from its number alone, so that nobody has to be remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ropeway.lab.company.names import SCRIPTS, Name, Script
from ropeway.lab.company.places import CITIES, DEPARTMENTS, City, people_dns
from ropeway.lab.company.record import Record, rdn

REPORTS = 8
"""People who report to one manager."""

NORMAL, DISABLED, NO_PASSWORD_NEEDED = 0x200, 0x2, 0x20
"""Bits of userAccountControl ([MS-ADTS] 2.2.16)."""

EXPIRED = "133485408000000000"
"""accountExpires: 1 January 2024, in 100 ns since 1601."""

WITH_PASSWORD = 5
"""The first few can sign in; each password costs the controller 20 ms."""

_CLASSES = ["top", "person", "organizationalPerson", "user"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who someone is."""

    script: Script
    given: Name
    surname: Name
    again: int
    """0 for the first of that name, 1 for the second."""

    @property
    def displayed(self) -> str:
        """The name in its usual order, with a number from the second of that name on."""
        name = self.script.displayed(self.given, self.surname)
        return f"{name} {self.again + 1}" if self.again else name

    @property
    def local_part(self) -> str:
        """What stands before the @."""
        return f"{self.given.latin}.{self.surname.latin}{self.again + 1 if self.again else ''}"


class People:
    """All people of one company."""

    def __init__(self, seed: int, count: int, dns_domain: str, base_dn: str) -> None:
        self.count = count
        self.dns_domain = dns_domain
        self.base_dn = base_dn
        self._units = people_dns(base_dn)
        random = Random(seed)
        seats = [(script, n) for script in SCRIPTS for n in range(script.share)]
        random.shuffle(seats)
        self._seats = seats
        self._given = {s.name: random.sample(s.given, len(s.given)) for s in SCRIPTS}
        self._surnames = {s.name: random.sample(s.surnames, len(s.surnames)) for s in SCRIPTS}
        self._departments = list(DEPARTMENTS.items())
        self._shift = random.randrange(1000)

    def __iter__(self) -> Iterator[Record]:
        return map(self.record, range(self.count))

    def person(self, number: int) -> Person:
        """Given name and surname run through all pairs of their script before one comes again."""
        script, seat = self._seats[number % len(self._seats)]
        turn = number // len(self._seats) * script.share + seat
        given, surnames = self._given[script.name], self._surnames[script.name]
        again, pair = divmod(turn, len(given) * len(surnames))
        row, column = divmod(pair, len(given))
        return Person(script, given[column], surnames[(row + column) % len(surnames)], again)

    def dn(self, number: int) -> str:
        """Where someone is; every twentieth is filed under surname, comma, given name."""
        return self._dn(number, self.person(number))

    def manager(self, number: int) -> int | None:
        """A tree: the first reports to nobody, eight to each."""
        return (number - 1) // REPORTS if number else None

    def record(self, number: int) -> Record:
        """The whole account."""
        who = self.person(number)
        city, department, titles = self._place(number)
        attributes: dict[str, list[str] | list[bytes]] = {
            "objectClass": list(_CLASSES),
            "sAMAccountName": [f"{who.given.latin[0]}{who.surname.latin[:11]}{number}"],
            "userPrincipalName": [f"{who.local_part}@{self.dns_domain}"],
            "givenName": [who.given.written],
            "sn": [who.surname.written],
            "displayName": [who.displayed],
            "employeeID": [f"{100000 + number}"],
            "title": ["Chief Executive Officer" if number == 0 else titles[number % len(titles)]],
            "department": [department],
            "company": ["Contoso"],
            "physicalDeliveryOfficeName": [f"{city.name} {number % 9 + 1}"],
            "streetAddress": [f"{city.street} {number % 120 + 1}"],
            "l": [city.name],
            "postalCode": [city.post_code],
            "c": [city.country],
            "co": [city.country_name],
            "countryCode": [str(city.number)],
            "telephoneNumber": [f"{city.prefix} {5550000 + number}"],
            "userAccountControl": [str(_control(number))],
        }
        if number % 3 == 0:
            attributes["mobile"] = [f"{city.prefix} {7770000 + number}"]
        if number % 20 != 11:
            attributes |= self._mail(who, number)
        if number % 50 == 17:
            attributes["accountExpires"] = [EXPIRED]
        boss = self.manager(number)
        if boss is not None:
            attributes["manager"] = [self.dn(boss)]
        return Record("user", number, self._dn(number, who), attributes, number < WITH_PASSWORD)

    def _dn(self, number: int, who: Person) -> str:
        listed = f"{who.surname.written}, {who.given.written}{f' {who.again + 1}' if who.again else ''}"
        return f"CN={rdn(listed if number % 20 == 3 else who.displayed)},{self._unit(number)}"

    def _unit(self, number: int) -> str:
        city, department = self._seat(number)
        return self._units[city][department]

    def _seat(self, number: int) -> tuple[int, int]:
        placed = number + self._shift
        return placed // 5 % len(CITIES), placed // 3 % len(self._departments)

    def _place(self, number: int) -> tuple[City, str, tuple[str, ...]]:
        city, department = self._seat(number)
        return CITIES[city], *self._departments[department]

    def _mail(self, who: Person, number: int) -> dict[str, list[str] | list[bytes]]:
        address = f"{who.local_part}@{self.dns_domain}"
        short = f"smtp:{who.given.latin[0]}{who.surname.latin[:11]}{number}@{self.dns_domain}"
        return {"mail": [address], "proxyAddresses": [f"SMTP:{address}", short]}


def _control(number: int) -> int:
    disabled = DISABLED if number % 25 == 13 else 0
    return NORMAL | disabled | (0 if number < WITH_PASSWORD else NO_PASSWORD_NEEDED)
