"""What a call talks to: the state itself, or a service."""

from __future__ import annotations

from pathlib import Path

from ropeway.cli.environment import has_state
from ropeway.cli.exits import Refused
from ropeway.cli.signed_in import SignedIn, signed_in


def service_of(state: str | None, service: str | None) -> SignedIn | None:
    """The service that is asked; None: the state itself.

    What was said on the line counts first, then ROPEWAY_STATE, then a login.
    """
    if state is not None and service is not None:
        raise Refused("Say --state, to work on a state itself, or --service, to ask a service: not both.")
    if service is None and (state is not None or has_state()):
        return None
    found = signed_in()
    if service is not None and (found is None or found.url != service.rstrip("/")):
        where = f"to {found.url} only" if found else "nowhere"
        raise Refused(f"You are signed in {where}. Sign in to {service.rstrip('/')} first: ropeway login --help")
    return found


def require_tenant(service: SignedIn, tenant: str | None) -> None:
    """`Refused` where another tenant of the service is meant than the one that this user is signed in to."""
    if tenant is not None and tenant not in (service.tenant, service.tenant_name):
        raise Refused(
            f"You are signed in to the tenant {service.tenant_name or 'of another name'} of {service.url}, not to "
            f"{tenant}. Sign in with a link of that tenant: ropeway login"
        )


def full_path(path: Path | str, service: str) -> str:
    """A file by its full path; where a service is asked it is on that machine, and nothing is known of its folders."""
    given = Path(path).expanduser()
    if service and not given.is_absolute():
        raise Refused(
            f"{path} is read by the service at {service}, not here: name it by its full path on the machine where "
            "jobs run, and put it there if it is not."
        )
    return str(given.absolute())
