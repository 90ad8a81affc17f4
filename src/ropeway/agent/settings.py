"""What agent.yaml says, checked; a key that is not known is an error that names its place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
import yaml

from ropeway.agent import files
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.yaml_errors import no_yaml


class Proxy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The HTTP proxy between agent and service."""

    url: str
    """`http://proxy.contoso.com:3128`; never with a password."""
    user: str | None = None
    """For a proxy that wants to know who asks (Basic)."""
    password_file: str | None = None
    """File whose first line is the password; readable by its owner alone."""


class Trace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The agent's own log; its level is set from the service."""

    megabytes: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 10
    """Of one file, after which the next is begun."""
    files: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    """How many are kept."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the agent's administrator decides."""

    service: str
    """The service's address, `https://ropeway.contoso.com:8443`."""
    services: tuple[str, ...] = ()
    """Addresses of further processes of the same service, tried in turn when one does not answer."""
    ca_file: str | None = None
    """PEM file of the authority that signed the service's certificate; none means the system's authorities."""
    proxy: Proxy | None = None
    trace: Trace = Trace()
    otlp: str = ""
    """Where OpenTelemetry traces are sent, `http://127.0.0.1:4318`; none are made without."""
    calls: Annotated[int, msgspec.Meta(ge=1, le=32)] = 4
    """How many calls are done side by side; each has a connection to a domain controller."""
    domains: dict[str, dict[str, Any]] = {}
    """By DNS name the settings of the Active Directory connector (docs/active-directory.md); besides password_file and
    keytab, `credential` names a credential that systemd hands over."""


def read(folder: Path) -> Settings:
    """The settings of an agent; RopewayError names the place of what is wrong."""
    path = folder / files.SETTINGS
    try:
        text = files.read_settings(path)
        document = yaml.safe_load(text)
        _require_once(yaml.compose(text, yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError) as error:
        raise invalid(path.name, f"I{no_yaml(error)[1:]}.") from None
    return checked(document)


def _require_once(node: Any) -> None:
    """A key that stands twice: YAML would have the last one count, and nobody would hear of the first."""
    lines: dict[str, int] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        line = key.start_mark.line + 1
        if key.value in lines:
            raise invalid(str(key.value), f"It stands twice, in line {lines[key.value]} and in line {line}.")
        lines[str(key.value)] = line
        _require_once(value)


def checked(document: object) -> Settings:
    """Settings from what a YAML file says."""
    try:
        settings = msgspec.convert(document, prepared(Settings))
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$.")
        raise invalid(place.rstrip("`") or files.SETTINGS, f"{text}.") from None
    service = service_address(settings.service, "service")
    services = tuple(service_address(text, f"services[{n}]") for n, text in enumerate(settings.services))
    if settings.proxy is not None:
        _require_proxy(settings.proxy)
    domains = {name.strip().rstrip(".").lower(): given for name, given in settings.domains.items()}
    return msgspec.structs.replace(settings, service=service, services=services, domains=domains)


def service_address(text: str, place: str) -> str:
    """`https://host:port`, nothing behind it."""
    try:
        parts = urlsplit(text.strip())
        fine = parts.scheme == "https" and parts.hostname and parts.port != 0
    except ValueError:
        fine, parts = False, None
    if not fine or parts is None or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise invalid(place, "The service's address is https://HOST or https://HOST:PORT, and nothing more.")
    return f"https://{parts.netloc}"


def _require_proxy(proxy: Proxy) -> None:
    try:
        parts = urlsplit(proxy.url)
        fine = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise invalid("proxy.url", "This is no address.") from None
    if "@" in parts.netloc:
        reason = "Give the name in proxy.user and the password in the file proxy.password_file, not in the address."
        raise invalid("proxy.url", reason)
    if not fine or parts.path not in ("", "/"):
        raise invalid("proxy.url", "The proxy's address is http://HOST:PORT.")
    if (proxy.user is None) != (proxy.password_file is None):
        raise invalid("proxy", "user and password_file belong together.")


def invalid(place: str, reason: str) -> RopewayError:
    """Settings that are not right."""
    return RopewayError(Problem("agent-settings-invalid", object=place, details={"reason": reason}))
