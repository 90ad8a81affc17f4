"""What whoever helps wants to see, in one file: the log of the last while, what checks found, settings, versions."""

from __future__ import annotations

import io
import os
import platform
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ropeway.agent import files, trace
from ropeway.agent.settings import read
from ropeway.agent.version import VERSION
from ropeway.connectors.active_directory.settings import Settings as Connector
from ropeway.diagnostics.finding import Finding
from ropeway.model.problems import RopewayError, describe

SHOWN = frozenset(field.name for field in msgspec.structs.fields(Connector)) | {"credential"}
"""Settings of a domain that are shown: whatever else somebody wrote there may be a password."""
_TIME = len("2026-01-31T08:00:00.000Z")


def collect(folder: Path, seconds: float, findings: Sequence[Finding], target: Path, now: float | None = None) -> int:
    """Write the file, which nobody but its owner can read; answers how many lines of the log are in it.

    Nothing of a key, of a password or of a token is in any of its parts; names of objects are in the log.
    """
    now = time.time() if now is None else now
    since = datetime.fromtimestamp(now - seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    lines = list(recent(_log(folder / files.TRACE), since))
    parts = {
        "agent.log": "".join(lines),
        "checks.json": msgspec.json.format(msgspec.json.encode(findings)).decode(),
        "checks.txt": "".join(map(_told, findings)),
        "settings.yaml": _settings(folder),
        "about.json": msgspec.json.format(msgspec.json.encode(_about(now))).decode(),
    }  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    try:
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(packed.getvalue())
    except OSError as error:
        raise files.unreadable(target, error) from None
    return len(lines)


def _told(finding: Finding) -> str:
    return f"{finding.status:8}{finding.check}: {describe(finding.problem) if finding.problem else finding.found}\n"


def recent(lines: Iterable[str], since: str) -> Iterator[str]:
    """Lines from a time on, with what belongs to them: a traceback's lines have no time."""
    wanted = False
    for line in lines:
        if _has_time(line):
            wanted = line[:_TIME] >= since
        if wanted:
            yield line


def _has_time(line: str) -> bool:
    return line[4:5] == "-" and line[10:11] == "T" and line[_TIME - 1 : _TIME] == "Z" and line[:4].isdigit()


def _log(place: Path) -> Iterator[str]:
    """Every line that is kept, oldest first."""
    kept = [*place.glob(f"{trace.FILE}.*"), place / trace.FILE]
    for path in sorted(kept, key=lambda one: -int(one.suffix.removeprefix(".").replace("log", "0"))):
        try:
            with path.open(encoding="utf-8", errors="backslashreplace") as file:
                yield from file
        except FileNotFoundError:  # none yet, or the files have just been moved on
            continue
        except OSError as error:
            raise files.unreadable(path, error) from None


def _settings(folder: Path) -> str:
    try:
        found: dict[str, Any] = msgspec.to_builtins(read(folder))
    except RopewayError as error:
        return f"# {describe(error.problem)}\n"
    domains = found["domains"].items()
    found["domains"] = {
        name: {key: value if key in SHOWN else "(not shown)" for key, value in given.items()} for name, given in domains
    }
    return yaml.safe_dump(found, sort_keys=False)


def _about(now: float) -> dict[str, str]:
    import ssl

    import ldap

    libldap: Any = ldap

    return {
        "collected": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "machine": platform.node(),
        "ropeway": VERSION,
        "python": platform.python_version(),
        "system": platform.platform(),
        "openssl": ssl.OPENSSL_VERSION,
        "libldap": str(libldap.get_option(libldap.OPT_API_INFO)["vendor_version"]),
    }
