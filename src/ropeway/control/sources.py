"""The connector of a job's source, imported only when it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from ropeway.engine.ports import Source
from ropeway.model.job import SourceSettings
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret

Ask = Callable[[str], Secret[str]]


class Sources(Protocol):
    """Opens the source of a job: from here, or through the agents of its domain."""

    def __call__(self, settings: SourceSettings, job: int = 0) -> Source:
        """`job` is the number of a job that is known already; RopewayError where the source cannot be opened."""
        ...


@runtime_checkable
class Waits(Protocol):
    """A source that may have to wait for somebody."""

    def on_wait(self, tell: Callable[[Problem], None]) -> None:
        """Say so, once it has lasted for some seconds, and for whom."""
        ...


class FromHere:
    """Sources that this process connects to itself, asking for passwords by `ask`."""

    def __init__(self, ask: Ask | None = None) -> None:
        self._ask = ask

    def __call__(self, settings: SourceSettings, job: int = 0) -> Source:  # noqa: ARG002 - only agents need it
        """The source; what is read through agents is refused, since they answer to the service alone."""
        if settings.through == "agents":
            raise RopewayError(Problem("source-through-agents", object=source_name(settings)))
        return open_source(settings, self._ask)


def open_source(settings: SourceSettings, ask: Ask | None) -> Source:
    """The source as its settings say; RopewayError where they are wrong or it cannot be reached."""
    match settings.kind:
        case "active-directory":
            from ropeway.connectors import active_directory

            return active_directory.open_source(settings.settings, ask=ask)
        case "ldif":
            from ropeway.connectors import ldif

            return ldif.open_source(settings.settings, ask=ask)
        case "uploads":
            reason = "What was uploaded is read from the state of its job alone."
            raise RopewayError(Problem("source-settings-invalid", object="source.kind", details={"reason": reason}))


def source_name(settings: SourceSettings) -> str:
    """A source in two words: `active-directory contoso.test`, `ldif company.ldif`."""
    place = settings.settings.get("domain") or settings.settings.get("path") or settings.settings.get("servers") or ""
    if settings.kind == "ldif":
        place = settings.settings.get("path", "")
    return f"{settings.kind} {place if isinstance(place, str) else ', '.join(map(str, place))}".strip()
