"""A believable company from a seed: the same every time, streamed, in the same memory whatever its size.

size      how many of what
record    one object, as an administrator would add it
names     names in ten scripts
places    cities, departments and their organizational units
people    accounts with managers
groups    nested groups
others    contacts, computers, service accounts
ldif      the company as an export of a domain
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ropeway.lab.company.groups import Groups
from ropeway.lab.company.others import computers, contacts, service_accounts
from ropeway.lab.company.people import People
from ropeway.lab.company.places import units
from ropeway.lab.company.record import Record
from ropeway.lab.company.size import Size

__all__ = ["Record", "Size", "company"]


def company(size: Size, *, seed: int = 1, dns_domain: str = "contoso.test") -> Iterator[Record]:
    """Every object after those it names: units, people (managers first), contacts, computers, groups."""
    base_dn = ",".join(f"DC={label}" for label in dns_domain.split("."))
    people = People(seed, size.people, dns_domain, base_dn)
    return chain(
        units(base_dn),
        people,
        service_accounts(size.service_accounts, dns_domain, base_dn),
        contacts(size.contacts, base_dn),
        computers(size.computers, dns_domain, base_dn),
        Groups(seed, size.groups, size.members, size.largest, people),
    )
