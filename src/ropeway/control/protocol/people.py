"""How people sign in, and the directory roles they have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from ropeway.model.secret import Secret


class PasswordView(msgspec.Struct, frozen=True, kw_only=True):
    """A new password of a user."""

    user: str
    password: str
    """Shown this once where it was made here; empty where it was chosen."""
    must_change: bool
    """Whoever signs in with it has to choose another first."""

    def __repr__(self) -> str:
        return f"PasswordView(user={self.user!r})"


class SecondFactorView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a user is asked for more than a password."""

    user: str
    second_factor: str
    """`none`, `wanted`: it is set up at the next sign-in, or `set up`."""


class RoleMemberView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has a directory role."""

    id: str
    user: str
    """The userPrincipalName; empty for one who was deleted."""


class RoleView(msgspec.Struct, frozen=True, kw_only=True):
    """A directory role, and who has it."""

    name: str
    template_id: str
    members: tuple[RoleMemberView, ...]


class PeopleCalls(Protocol):
    """People of the cloud alone, by userPrincipalName or id."""

    def set_password(self, user: str, password: Secret[str] | None = None, *, must_change: bool = True) -> PasswordView:
        """For a user of the cloud alone, by UPN or id; without one it is made. All sign-ins of before end."""
        ...

    def set_second_factor(self, user: str, *, wanted: bool = True) -> SecondFactorView:
        """A user of the cloud alone has to set up a second factor at the next sign-in, or has none any more."""
        ...

    def end_sign_ins(self, user: str) -> None:
        """Refresh tokens, codes and browser sessions of a user are worth nothing any more."""
        ...

    def roles(self) -> Sequence[RoleView]:
        """All of them, with their members."""
        ...

    def assign_role(self, role: str, user: str) -> RoleView:
        """Give a role, by name or template id, to a user, by userPrincipalName or id."""
        ...

    def withdraw_role(self, role: str, user: str) -> RoleView:
        """Take a role away; it is gone with the user's next request."""
        ...
