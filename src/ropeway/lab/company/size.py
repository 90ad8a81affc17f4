"""How large a company is."""

from __future__ import annotations

import msgspec


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
    def total(self) -> int:
        """All objects but the organizational units."""
        return self.people + self.groups + self.contacts + self.computers + self.service_accounts
