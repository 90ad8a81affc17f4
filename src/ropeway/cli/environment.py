"""The only reader of environment variables, and where the state is kept."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from ropeway.cli.exits import Refused
from ropeway.model.problems import Problem, RopewayError

STATE = "ROPEWAY_STATE"


def credentials_directory() -> str | None:
    """The folder in which systemd put this process's credentials (systemd.exec, LoadCredential)."""
    return os.environ.get("CREDENTIALS_DIRECTORY")


def agent_credentials() -> str | None:
    """The same for whoever looks at an agent: its own, or those of the unit while it runs."""
    of_unit = Path("/run/credentials/ropeway-agent.service")
    return credentials_directory() or (str(of_unit) if os.access(of_unit, os.X_OK) else None)


def notify_socket() -> str:
    """Where systemd is told how a unit with Type=notify is (sd_notify(3)); empty: nobody asks."""
    return os.environ.get("NOTIFY_SOCKET", "")


def trace_endpoint() -> str:
    """Where OpenTelemetry traces of this call are sent; empty: nowhere. OpenTelemetry's own name for it."""
    return os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")


def state_url(option: str | None, written: str = "") -> str:
    """The database of this call: the option, else ROPEWAY_STATE, else what a file says, else the file of this user."""
    if option is not None:
        _refuse_a_password(option)
        return as_url(option)
    return as_url(os.environ.get(STATE) or written or str(default_file()))


def has_state() -> bool:
    """Whether ROPEWAY_STATE names a state."""
    return bool(os.environ.get(STATE))


def default_file() -> Path:
    """`ropeway.db` in the folder that systemd gave (StateDirectory), for root in /var/lib/ropeway.

    Else `ropeway/ropeway.db` in XDG_STATE_HOME or ~/.local/state.
    """
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.partition(":")[0]) / "ropeway.db"
    home = os.environ.get("XDG_STATE_HOME")
    if home:
        return Path(home) / "ropeway" / "ropeway.db"
    if os.geteuid() == 0:
        return Path("/var/lib/ropeway/ropeway.db")
    return Path.home() / ".local" / "state" / "ropeway" / "ropeway.db"


def config_folder() -> Path:
    """This user's own settings: `ropeway` in XDG_CONFIG_HOME or ~/.config."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "ropeway"


def as_url(text: str) -> str:
    """A database URL, from one or from a file's name."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        return f"sqlite:///{Path(text).expanduser().absolute()}"
    if scheme in ("postgres", "postgresql"):
        return f"postgresql://{rest}"
    if scheme == "sqlite" and rest.startswith("/"):
        return text
    raise Refused(
        f"The state must be a file, sqlite:///FILE or postgresql://USER@HOST/DATABASE; {scheme}:// is none of them."
    )


def make_file(url: str) -> bool:
    """A SQLite file and its folder, made for this user alone where they are missing: state holds personal data.

    Whether the file was made.
    """
    if not url.startswith("sqlite:///"):
        return False
    file = Path(url.removeprefix("sqlite:///"))
    if file.is_dir():
        raise _unopened(file, "it is a folder; a file in it is wanted")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise _unopened(file, f"it is not there, and cannot be made: {error.strerror}") from None
    return True


def require_state(url: str) -> None:
    """RopewayError `state-empty` where nothing was ever made: a command about what is there makes nothing."""
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:///") and not file.exists():
        raise RopewayError(Problem("state-empty", object=str(file)))


def _unopened(file: Path, why: str) -> RopewayError:
    return RopewayError(Problem("state-cannot-open", object=str(file), details={"error": why}))


def _refuse_a_password(url: str) -> None:
    if "://" in url and urlsplit(url).password is not None:
        raise Refused(
            "--state holds a password, and other users of this machine see command lines. "
            f"Put the whole URL into the environment variable {STATE}, or the password into ~/.pgpass, "
            "and change the password if this one is in use."
        )


def open_browser(address: str) -> None:
    """Show an address to whoever sits here; nothing where there is no screen."""
    import webbrowser

    if any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
        webbrowser.open(address)
