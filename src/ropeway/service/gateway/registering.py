"""Who becomes an agent, by a token that works once, and stays one, by renewing its certificate."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from ropeway.control.views import iso
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.model.wire.sessions import Registered, Registration, Renewed
from ropeway.model.wire.versions import SPOKEN, Spoken
from ropeway.service.authority import Authority
from ropeway.service.gateway import certificates
from ropeway.service.parts import Parts
from ropeway.store import agents, tokens
from ropeway.store.agents import AgentRow

LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Registrar:
    """Signs certificates for agents."""

    parts: Parts
    authority: Authority
    lifetime: float = certificates.LIFETIME
    spoken: Spoken = SPOKEN

    def register(self, asked: Registration, address: str) -> Registered:
        """A new agent; RopewayError where the token is not good, or the request is not: then the token still is."""
        require_address(self.parts.url, asked.service)
        require_version(self.spoken, asked.wire)
        csr = certificates.request_of(asked.csr)
        now, id_ = self.parts.clock(), str(uuid4())
        with self.parts.database.write() as c:
            ours = tokens.tenant_of(c, asked.token) == self.parts.tenant
            token = tokens.use(c, asked.token, "agent-registration", now) if ours else None
            if token is None:
                raise RopewayError(Problem("agent-token-refused"))
            made = self.authority.sign(csr, id_, self.lifetime)
            pem = certificates.to_pem(made)
            agents.add(
                c,
                AgentRow(
                    id=id_,
                    tenant=token.tenant,
                    name=named(asked.name),
                    domain=token.subject,
                    certificate=pem,
                    fingerprint=certificates.fingerprint(made),
                    expires=certificates.expiry(made),
                    removed=None,
                    version=named(asked.version),
                    address=address,
                    trace="info",
                    registered=now,
                    seen=now,
                ),
            )
        return Registered(agent=id_, domain=token.subject, certificate=pem)

    def claim(self, asked: Registration) -> dict[str, str]:
        """What the audit trail says of a registration, and what is wrong with its token if anything is."""
        with self.parts.database.read() as c:
            fate = tokens.fate(c, asked.token)
        told = {"machine": named(asked.name), "version": named(asked.version)}
        if fate is None or fate.row.tenant != self.parts.tenant:
            return told | {"because": "a token that nobody knows here"}
        if fate.row.kind != "agent-registration":
            return told | {"because": f"a token for something else ({fate.row.kind})"}
        told |= {"domain": fate.row.subject, "token_made": iso(fate.row.created) or ""}
        if fate.used is not None:
            return told | {"because": f"its token was used {iso(fate.used)}"}
        if fate.row.expires <= self.parts.clock():
            return told | {"because": f"its token expired {iso(fate.row.expires)}"}
        return told

    def renew(self, agent: str, csr: str) -> Renewed:
        """The next certificate of an agent, with whatever key it made."""
        made = self.authority.sign(certificates.request_of(csr), agent, self.lifetime)
        pem = certificates.to_pem(made)
        with self.parts.database.write() as c:
            agents.offer_next(c, agent, pem, certificates.fingerprint(made))
        return Renewed(certificate=pem, renew_in=self.renew_in(certificates.expiry(made)))

    def renew_in(self, expires: float) -> float:
        """Seconds until two thirds of the life of a certificate are over."""
        return max(0.0, expires - self.lifetime / 3 - self.parts.clock())


def require_address(ours: str, theirs: str) -> None:
    """RopewayError `agent-other-address` where an agent calls the service by another address than its own."""
    if theirs.rstrip("/").lower() != ours.lower():
        raise RopewayError(Problem("agent-other-address", object=ours, details={"found": shown(theirs)}))


def require_version(ours: Spoken, theirs: Spoken) -> int:
    """The version in common; RopewayError `agent-versions-apart` where there is none."""
    common = ours.common(theirs)
    if common is None:
        details = {"ours": f"{ours.oldest} to {ours.newest}", "theirs": f"{theirs.oldest} to {theirs.newest}"}
        raise RopewayError(Problem("agent-versions-apart", details=details))
    return common


def named(text: str) -> str:
    """A machine's name or a version as it may be shown: visible, and short."""
    return "".join(c for c in text if c.isprintable())[:LONGEST_NAME].strip() or "?"
