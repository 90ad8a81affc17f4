"""How large a company is."""

from __future__ import annotations

import msgspec

from ropeway.lab.company.places import UNITS


class Size(msgspec.Struct, frozen=True):
    """Numbers of objects by kind."""

    people: int = 1000
    groups: int = 120
    contacts: int = 60
    computers: int = 150
    members: int = 20
    """People in each group; where there are fewer people, everyone."""
    largest: int = 2500
    """People in the group All Staff."""
    service_accounts: int = 6

    @property
    def objects(self) -> int:
        """All of them, organizational units included."""
        counted = self.people + self.groups + self.contacts + self.computers + self.service_accounts
        return counted + UNITS
