"""Who is an agent: it signs what it is asked to, and has a session; the service's clock alone counts."""

from __future__ import annotations

from typing import NamedTuple

from cryptography.x509 import Certificate
from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from ropeway.model.problems import Problem, RopewayError
from ropeway.model.wire.sessions import Challenge, Proof, Purpose, Retired, Session, to_be_signed
from ropeway.service.gateway import certificates
from ropeway.service.gateway.registering import Registrar, named, require_address, require_version
from ropeway.service.parts import Parts
from ropeway.service.who import whoever
from ropeway.store import agents, tokens, trail
from ropeway.store.agents import AgentRow, Seen
from ropeway.store.trail import Act

NONCE_LIFETIME = 60.0
SESSION_LIFETIME = 12 * 3600.0


class Caller(NamedTuple):
    """The agent that a request comes from."""

    id: str
    domain: str
    until: float
    """When its session is over."""


def caller(parts: Parts, request: HTTPConnection) -> Caller:
    """Whose session the request's bearer token is; RopewayError `not-signed-in`."""
    token = whoever(parts, request, ("agent-session",))
    id_, domain = token.subject.split(" ", 1)
    return Caller(id_, domain, token.expires)


def challenge(parts: Parts, fingerprint: str) -> Challenge:
    """A nonce for the holder of a certificate: good for a minute, and once."""
    now = parts.clock()
    with parts.database.write() as c:
        row = _known(agents.by_fingerprint(c, parts.tenant, fingerprint), fingerprint)
        nonce = tokens.issue(c, parts.tenant, "agent-challenge", row.id, now=now, lifetime=NONCE_LIFETIME)
    return Challenge(nonce.reveal())


def open_session(registrar: Registrar, proof: Proof, address: str) -> Session:
    """A session for whoever signed the nonce with the key of an agent's certificate."""
    parts, now = registrar.parts, registrar.parts.clock()
    version = require_version(registrar.spoken, proof.wire)
    shown, fingerprint = _shown(parts, proof, "session")
    with parts.database.write() as c:
        row = _known(agents.by_fingerprint(c, parts.tenant, fingerprint), fingerprint)
        if certificates.expiry(shown) <= now:
            raise RopewayError(Problem("agent-certificate-expired", object=row.name))
        _use_nonce(c, proof, row, now)
        if row.fingerprint != fingerprint:
            agents.adopt_next(c, row.id, fingerprint, certificates.expiry(shown))
        if not proof.looking:
            agents.saw(c, [Seen(row.id, now, named(proof.version), address)])
        token = tokens.issue(c, parts.tenant, "agent-session", row.subject, now=now, lifetime=SESSION_LIFETIME)
    return Session(
        token=token.reveal(),
        agent=row.id,
        domain=row.domain,
        wire=version,
        trace=row.trace,
        renew_in=registrar.renew_in(certificates.expiry(shown)),
    )


def retire(parts: Parts, proof: Proof, address: str) -> Retired:
    """An agent gives itself up, whose machine has registered anew; its certificate may have expired."""
    _, fingerprint = _shown(parts, proof, "retirement")
    now = parts.clock()
    with parts.database.write() as c:
        row = _known(agents.by_fingerprint(c, parts.tenant, fingerprint), fingerprint)
        _use_nonce(c, proof, row, now)
        agents.remove(c, row, now)
        details = {"machine": row.name, "domain": row.domain, "because": "registered anew", "address": address}
        trail.note(c, parts.tenant, Act(now, f"agent {row.name}", "remove_agent", row.id, "success", details))
    return Retired(row.id)


def _shown(parts: Parts, proof: Proof, purpose: Purpose) -> tuple[Certificate, str]:
    """The certificate of a proof, and its fingerprint, once its key has signed for this purpose and this service."""
    require_address(parts.url, proof.service)
    shown = certificates.certificate_of(proof.certificate)
    fingerprint = certificates.fingerprint(shown)
    text = to_be_signed(proof.service, proof.nonce, fingerprint, purpose)
    if not certificates.is_signed(shown, proof.signature, text):
        raise _refused("The signature was not made with the key of the certificate, or of another text.")
    return shown, fingerprint


def _use_nonce(c: Connection, proof: Proof, row: AgentRow, now: float) -> None:
    nonce = tokens.use(c, proof.nonce, "agent-challenge", now)
    if nonce is None or nonce.subject != row.id:
        raise _refused("The nonce is none that it was given, older than a minute, or used.")


def _known(row: AgentRow | None, fingerprint: str) -> AgentRow:
    if row is None:
        raise RopewayError(Problem("agent-unknown", object=fingerprint[:16]))
    if row.removed is not None:
        raise RopewayError(Problem("agent-removed", object=row.name))
    return row


def _refused(reason: str) -> RopewayError:
    return RopewayError(Problem("agent-proof-refused", details={"reason": reason}))
