"""The connector of a job's source, imported only when it is used."""

from __future__ import annotations

from collections.abc import Callable

from ropeway.engine.ports import Source
from ropeway.model.job import SourceSettings
from ropeway.model.secret import Secret

Ask = Callable[[str], Secret[str]]


def open_source(settings: SourceSettings, ask: Ask | None) -> Source:
    """The source as its settings say; RopewayError where they are wrong or it cannot be reached."""
    match settings.kind:
        case "active-directory":
            from ropeway.connectors import active_directory

            return active_directory.open_source(settings.settings, ask=ask)
        case "ldif":
            from ropeway.connectors import ldif

            return ldif.open_source(settings.settings, ask=ask)


def source_name(settings: SourceSettings) -> str:
    """A source in two words: `active-directory contoso.test`, `ldif company.ldif`."""
    place = settings.settings.get("domain") or settings.settings.get("path") or settings.settings.get("servers") or ""
    if settings.kind == "ldif":
        place = settings.settings.get("path", "")
    return f"{settings.kind} {place if isinstance(place, str) else ', '.join(map(str, place))}".strip()
