"""Becoming an agent: a key is made here, and a certificate for it is got for a token that works once."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ropeway.agent import files, identity
from ropeway.agent.service import Service
from ropeway.agent.settings import Settings, checked, invalid, read
from ropeway.agent.version import VERSION
from ropeway.model.problems import Problem, RopewayError
from ropeway.model.secret import Secret
from ropeway.model.wire.sessions import Asking, Challenge, Proof, Registered, Registration, Retired

GONE = frozenset({"agent-removed", "agent-unknown"})
"""What a service says of an agent that is on no list any more."""

HEAD = """# The settings of a Ropeway agent; docs/agents.md explains each. `domains` needs an account that may read:
#
#   domains:
#     contoso.com:
#       user: ropeway@contoso.com
#       password_file: /etc/ropeway/ropeway@contoso.com     # mode 600; or credential: NAME, or keytab and principal

"""


def register(folder: Path, token: Secret[str], document: dict[str, Any], *, anew: bool = False) -> Registered:
    """Make the agent of this folder; `document` becomes its agent.yaml where there is none yet.

    Nothing of it is written before the service agreed; RopewayError where it did not, or an agent is here already,
    whose place is taken only `anew`.
    """
    if (folder / files.IDENTITY).exists() and not anew:
        here = {"folder": str(folder)}
        raise RopewayError(Problem("agent-already-registered", object=str(folder / files.IDENTITY), details=here))
    settings = _settings(folder, checked(document))
    files.prepare(folder)
    key, name = identity.new_key(), socket.gethostname()
    service = Service(settings)
    try:
        asked = Registration(token.reveal(), settings.service, name, identity.request(key, name), VERSION)
        made = service.post("/register", asked, Registered)
    finally:
        service.close()
    identity.keep(folder, identity.Identity(key, made.certificate))
    if not (folder / files.SETTINGS).exists():
        files.write_private(folder / files.SETTINGS, HEAD + text_of(settings, made.domain))
    return made


def retire(folder: Path, former: identity.Identity) -> bool:
    """Have the agent that a folder was before taken off the list, by its own key; False where that cannot be done."""
    service = Service(read(folder))
    try:
        nonce = service.post("/challenge", Asking(former.fingerprint), Challenge).nonce
        address = service.address
        signature = former.signature(address, nonce, "retirement")
        service.post("/retirement", Proof(former.certificate, nonce, address, signature, VERSION), Retired)
    except RopewayError as error:
        return error.problem.code in GONE
    finally:
        service.close()
    return True


def _settings(folder: Path, asked: Settings) -> Settings:
    """Those of an agent.yaml that is there already count; it must be about the same service."""
    if not (folder / files.SETTINGS).exists():
        return asked
    found = read(folder)
    if found.service != asked.service:
        raise invalid("service", f"{folder / files.SETTINGS} is there already and says {found.service}.")
    return found


def text_of(settings: Settings, domain: str) -> str:
    """Settings as agent.yaml, what is not set left out, with a place for the domain."""
    told = msgspec.to_builtins(settings)
    plain = {name: value for name, value in told.items() if value not in (None, {})}
    standard = msgspec.to_builtins(checked({"service": settings.service}))
    plain = {name: value for name, value in plain.items() if name == "service" or value != standard[name]}
    plain.setdefault("domains", {})
    plain["domains"].setdefault(domain, {})
    return yaml.safe_dump(plain, sort_keys=False)
