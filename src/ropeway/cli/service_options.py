"""The settings of a service as options, beside those in its file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ropeway.cli.environment import has_state, require_state, state_url
from ropeway.cli.session import Session

if TYPE_CHECKING:
    from ropeway.service.settings import Settings

USUAL = Path("/etc/ropeway/ropeway.yaml")
"""Where settings are read from if it exists and no other file is named."""


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Each counts more than the setting of its name in the file."""

    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help=f"Settings in YAML; {USUAL} where it exists. docs/service.md.")
    ] = None
    listen: Annotated[
        str | None, typer.Option(metavar="ADDRESS:PORT", help="Where to listen; 127.0.0.1:8443 if nothing is said.")
    ] = None
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where it is found, if not there: behind a load balancer.")
    ] = None
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="A further name or address in the certificate that it makes for itself."),
    ] = None
    certificate: Annotated[
        str | None, typer.Option(metavar="FILE", help="Your own certificate (PEM), if it is to make none.")
    ] = None
    key: Annotated[str | None, typer.Option(metavar="FILE", help="The key of that certificate (PEM).")] = None
    data: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="The service's own files; beside the state if nothing is said.")
    ] = None
    seal: Annotated[
        str | None, typer.Option(metavar="FILE", help="The key file; seal.key in that folder if nothing is said.")
    ] = None
    proxy: Annotated[
        list[str] | None,
        typer.Option(metavar="NETWORK", help="Load balancers whose word about a client's address is taken."),
    ] = None
    workers: Annotated[int | None, typer.Option(min=0, max=64, help="Processes that run cycles.")] = None
    log: Annotated[Literal["text", "json"] | None, typer.Option(help="How log lines are written.")] = None
    metrics: Annotated[bool | None, typer.Option(help="Whether /metrics answers Prometheus.")] = None
    resolver: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS:PORT", help="A DNS server to ask whose a domain is; the system's if none is said."
        ),
    ] = None
    otlp: Annotated[
        str | None, typer.Option(metavar="URL", help="Where OpenTelemetry traces go; without it none are made.")
    ] = None


RENAMED = {"name": "names", "proxy": "proxies", "resolver": "resolvers"}


def settings_of(session: Session, options: ServiceOptions) -> Settings:
    """The settings of this call: options, then the file, then what is usual."""
    from ropeway.service.settings import checked, read_settings

    said: dict[str, Any] = {
        RENAMED.get(name, name): value
        for name, value in asdict(options).items()
        if name != "config" and value is not None
    }
    file = options.config or (USUAL if USUAL.exists() else None)
    found = read_settings(file, said) if file else checked({}, said)
    return found.at(state_url(session.state, found.state))


def state_of_service(session: Session) -> str:
    """The state that was named, else the one of this machine's service, as its settings say."""
    from ropeway.service.settings import read_settings

    if session.state is not None or has_state() or not USUAL.exists():
        return state_url(session.state)
    return state_url(None, read_settings(USUAL).state)


@dataclass(frozen=True, slots=True)
class WhereOptions:
    """Which service is meant, for commands on its own machine."""

    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help=f"The service's settings; {USUAL} where it exists.")
    ] = None
    data: Annotated[str | None, typer.Option(metavar="FOLDER", help="The folder of its own files.")] = None
    seal: Annotated[str | None, typer.Option(metavar="FILE", help="Its key file.")] = None


def settings_where(session: Session, options: WhereOptions) -> Settings:
    """The settings of a service that is not started here, and was before."""
    settings = settings_of(session, ServiceOptions(config=options.config, data=options.data, seal=options.seal))
    require_state(settings.state)
    return settings
