"""What a job says of a domain that is read through agents: its name, and how to read it; how to connect is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ropeway.model.problems import Problem, RopewayError, shown

TRAVELLING = ("naming_context", "method", "object_security", "page_size")
"""Settings of the Active Directory connector that a job may have; all others belong into agent.yaml.

Where to connect, and what to trust, must never come from here: whoever has the service could otherwise have the
domain's password sent anywhere.
"""


def domain_of(settings: Mapping[str, Any]) -> str:
    """The domain's DNS name, in small letters."""
    return str(settings.get("domain", "")).strip().rstrip(".").lower()


def travelling(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What agents are told."""
    return {name: settings[name] for name in TRAVELLING if settings.get(name) is not None}


def require_ours(settings: Mapping[str, Any]) -> None:
    """RopewayError `source-settings-invalid` for a job that has no domain, or settings that are the agent's."""
    if not domain_of(settings):
        raise _invalid("source.settings.domain", "A job that is read through agents needs the domain's DNS name.")
    for name, value in settings.items():
        if name != "domain" and name not in TRAVELLING and value not in (None, False, [], ()):
            reason = "The domain is read through agents: this setting belongs into their agent.yaml."
            raise _invalid(f"source.settings.{shown(name)}", reason)


def _invalid(path: str, reason: str) -> RopewayError:
    return RopewayError(Problem("source-settings-invalid", object=path, details={"reason": reason}))
