"""What an administrator may say about a service: in a YAML file, and by options of the same names."""

from __future__ import annotations

import os
import socket
import stat
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import msgspec

from ropeway.control.domain_proof import parted
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.yaml_errors import no_yaml

LARGEST = 65536
"""Bytes of a settings file that are worth reading."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One service. The sentence under a field is its documentation; docs/service.md repeats it."""

    state: str = ""
    """Where the state is kept: a file, or postgresql://USER@HOST/DATABASE; as --state, which wins."""
    listen: str = "127.0.0.1:8443"
    """Address and port that the service listens on; 0.0.0.0:8443 or [::]:8443 for every address of the machine."""
    url: str = ""
    """Where administrators and agents find the service, if not at the address it listens on: behind a load balancer."""
    names: tuple[str, ...] = ()
    """Further host names and addresses for the certificate that the service makes for itself."""
    certificate: str = ""
    """A PEM file: your own certificate, then its intermediate authorities'; without it the service makes one itself."""
    key: str = ""
    """A PEM file with the private key of your own certificate, readable by the service's user alone."""
    data: str = ""
    """A folder for the service's own files; without it the folder of the state's file, or /var/lib/ropeway."""
    seal: str = ""
    """The file with the key that opens the private keys in the state; without it seal.key in the data folder."""
    proxies: tuple[str, ...] = ()
    """Networks of load balancers whose word about a client's address is taken: 10.0.0.0/8."""
    workers: int = 1
    """How many processes run cycles beside this service; 0: those of other machines do."""
    log: Literal["text", "json"] = "text"
    """How log lines are written to standard error: for people, or one JSON object a line."""
    metrics: bool = True
    """Whether /metrics answers Prometheus."""
    resolvers: tuple[str, ...] = ()
    """DNS servers that are asked whether a domain is a tenant's, ADDRESS or ADDRESS:PORT; without it the system's."""
    otlp: str = ""
    """Where OpenTelemetry traces are sent, http://127.0.0.1:4318; without it none are made."""

    def at(self, state: str) -> Settings:
        """The same for a state by its URL."""
        return msgspec.structs.replace(self, state=state)

    @property
    def place(self) -> Place:
        """Address and port to listen on."""
        return _place(self.listen)

    @property
    def folder(self) -> Path:
        """The data folder."""
        if self.data:
            return Path(self.data).expanduser().absolute()
        if self.state.startswith("sqlite:///"):
            return Path(self.state.removeprefix("sqlite:///")).parent
        return Path("/var/lib/ropeway")

    @property
    def seal_file(self) -> Path:
        """The key file."""
        return Path(self.seal).expanduser().absolute() if self.seal else self.folder / "seal.key"

    def found_at(self, port: int) -> str:
        """The service's public address, where it listens on this port."""
        if self.url:
            return self.url.rstrip("/")
        host = self.place.host
        if host in ("", "0.0.0.0", "::"):  # noqa: S104 - what was said, not what is bound
            host = socket.gethostname()
        return f"https://{f'[{host}]' if ':' in host else host}:{port}"


class Place(NamedTuple):
    """Where a service listens; host "" means every address."""

    host: str
    port: int


def read_settings(path: Path, options: dict[str, Any] | None = None) -> Settings:
    """The settings of a file, with options in the place of what it says.

    RopewayError `settings-invalid` names the file and the place in it.
    """
    import yaml

    try:
        with path.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            raw: Any = yaml.safe_load(opened.read(LARGEST))
    except OSError as error:
        raise _invalid(str(path), error.strerror or "it cannot be read") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _invalid(str(path), no_yaml(error)) from None
    settings = checked({} if raw is None else raw, options or {}, str(path))
    if mode & 0o077 and urlsplit(settings.state).password is not None:
        raise RopewayError(Problem("credential-file-open", object=str(path), details={"mode": f"{mode:03o}"}))
    return settings


def checked(raw: Any, options: dict[str, Any], file: str = "") -> Settings:
    """Settings as written, in a file or as options; what is an option's fault says so."""
    settings = _converted(raw, file or "the settings")
    _check(settings, file or "the settings")
    if options:
        settings = _converted(msgspec.to_builtins(settings) | options, "the options")
        _check(settings, "the options")
    return settings


def _converted(raw: Any, where: str) -> Settings:
    try:
        return msgspec.convert(raw, prepared(Settings))
    except msgspec.ValidationError as error:
        raise _invalid(where, _words(str(error))) from None


def _words(text: str) -> str:
    """msgspec's sentence, with the path as an administrator writes it: `$.listen` is listen."""
    return text.replace("Object contains unknown field", "there is no setting").replace("`$.", "`")


def _check(settings: Settings, where: str) -> None:
    place = settings.place
    wrong = {
        "listen": not 0 <= place.port <= 65535 and "it is written ADDRESS:PORT, as 127.0.0.1:8443 or [::1]:8443",
        "url": settings.url and not _is_root(settings.url) and "it is written https://HOST or https://HOST:PORT",
        "otlp": settings.otlp and not _is_url(settings.otlp, "http", "https") and "it is written http://HOST:PORT",
        "workers": not 0 <= settings.workers <= 64 and "it is a number from 0 to 64",
        "proxies": next((f"{n} is no network, as 10.0.0.0/8" for n in settings.proxies if not _is_network(n)), ""),
        "resolvers": next((f"{n} is no ADDRESS:PORT" for n in settings.resolvers if not _is_resolver(n)), ""),
        "names": next((f"{n} is no name of a host" for n in settings.names if not _is_host(n)), ""),
        "key": bool(settings.key) != bool(settings.certificate) and "certificate and key are given together",
    }
    for name, reason in wrong.items():
        if reason:
            raise _invalid(where, f"{name}: {reason}")


def _place(text: str) -> Place:
    """Port -1 where it is none."""
    host, colon, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    good = colon and port.isascii() and port.isdigit() and len(port) <= 5 and (bare != host) == (":" in bare)
    return Place(bare, int(port) if good else -1)


def _is_root(url: str) -> bool:
    return _is_url(url, "https") and not urlsplit(url).path.strip("/")


def _is_url(url: str, *schemes: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = (parts.query, parts.fragment, parts.username) == ("", "", None)
        return parts.scheme in schemes and _is_host(parts.hostname or "") and parts.port != 0 and plain
    except ValueError:
        return False


def _is_network(text: str) -> bool:
    try:
        return bool(ip_network(text))
    except ValueError:
        return False


def _is_resolver(text: str) -> bool:
    try:
        return bool(parted(text))
    except ValueError:
        return False


def _is_host(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        labels = text.split(".")
        return len(text) <= 253 and all(_is_label(label) for label in labels)


def _is_label(text: str) -> bool:
    return 0 < len(text) <= 63 and text.isascii() and text.replace("-", "a").replace("*", "a").isalnum()


def _invalid(where: str, reason: str) -> RopewayError:
    return RopewayError(Problem("settings-invalid", object=where, details={"reason": reason}))
