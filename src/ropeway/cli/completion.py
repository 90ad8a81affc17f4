"""What the shell offers when Tab is pressed."""

from __future__ import annotations

from pathlib import Path

from ropeway.cli.environment import state_url
from ropeway.cli.reach import service_of
from ropeway.cli.session import connect, connect_service
from ropeway.model.secret import Secret


def job_names(incomplete: str) -> list[str]:
    """Names of jobs that begin so; none where the state cannot be read. Never creates a state, never asks."""
    try:
        service = service_of(None, None)
        url = state_url(None)
        if service is None and url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
            return []
        control = connect_service(service) if service else connect(url, _silent)
        try:
            return [job.name for job in control.jobs() if job.name.startswith(incomplete)]
        finally:
            control.close()
    except Exception:  # noqa: BLE001 - a message here would appear in the middle of what is being typed
        return []


def _silent(_prompt: str) -> Secret[str]:
    return Secret("")
