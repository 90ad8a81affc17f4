"""A Kerberos ticket for the time of one bind, in a cache of its own."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ropeway.connectors.active_directory.credentials import Credential, Password
from ropeway.connectors.active_directory.settings import Settings
from ropeway.model.problems import Problem, RopewayError, shown

_REFUSED = re.compile(
    "preauthentication failed|password incorrect|not found in kerberos database|revoked|expired", re.I
)
"""What kinit says where the domain was asked, and does not accept the account: to ask again would lock it."""

_environment = threading.Lock()
"""libkrb5 reads the process's environment: one bind at a time."""


@contextmanager
def ticket(credential: Credential, settings: Settings) -> Generator[None]:
    """While this lasts, GSSAPI finds a fresh ticket of the credential; afterwards the cache is gone."""
    with tempfile.TemporaryDirectory(prefix="ropeway-krb5-") as folder, _environment:
        wanted = {"KRB5CCNAME": f"FILE:{Path(folder) / 'cache'}"}
        if settings.krb5_config:
            wanted["KRB5_CONFIG"] = settings.krb5_config
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)
        try:
            _kinit(credential, settings)
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def _kinit(credential: Credential, settings: Settings) -> None:
    if isinstance(credential, Password):
        name, arguments, told = credential.user, [], credential.password.reveal() + "\n"
    else:
        name, arguments, told = credential.principal, ["-k", "-t", credential.path], ""
    if "@" not in name:
        name = f"{name}@{settings.domain.upper()}"
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments as a list
            ["kinit", *arguments, "--", _realm_in_capitals(name)],  # noqa: S607 - found by PATH like every Kerberos tool
            input=told, capture_output=True, text=True, timeout=settings.timeout, check=False,
            env=os.environ | {"LC_ALL": "C"},
        )  # fmt: skip
    except FileNotFoundError:
        raise RopewayError(Problem("kerberos-not-installed", object=name)) from None
    except subprocess.TimeoutExpired:
        raise _failed(name, settings, "no answer from the key distribution centre") from None
    if done.returncode != 0:
        raise _failed(name, settings, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "kinit failed")


def _realm_in_capitals(name: str) -> str:
    user, _, realm = name.rpartition("@")
    return f"{user}@{realm.upper()}"


def _failed(name: str, settings: Settings, reason: str) -> RopewayError:
    details = {"controller": settings.domain, "user": name, "reason": shown(reason)}
    code = "kerberos-refused" if _REFUSED.search(reason) else "kerberos-failed"
    return RopewayError(Problem(code, object=name, details=details))
