"""The service's own pages, which nobody's application asks for."""

from __future__ import annotations

from ropeway.store.applications import Application


def own(tenant: int, name: str) -> Application:
    """What stands in the sign-in log where no application asks."""
    nobody = "00000000-0000-0000-0000-000000000000"
    return Application(nobody, tenant, nobody, nobody, name, True, True, (), 0.0)
