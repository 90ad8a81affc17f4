"""Problems of agents and of the way between them and the service."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

_LOG = "The agent's log tells more: the folder trace/ beside its agent.yaml, or journalctl -u ropeway-agent."
_ANEW = (
    "`ropeway agent token DOMAIN` makes a token, and `ropeway agent register --anew` on the agent's machine uses it, "
    "with the --folder that the agent runs with, if it has one."
)
_CHECK = "On the agent's machine `ropeway agent check` says where it fails."

OF_THE_DOMAIN = (
    Entry(
        "agents-none-assigned",
        Severity.FATAL,
        "The domain has no agent",
        "No agent is registered for {object}, so nobody can read it.",
        "Make a token with `ropeway agent token {object}`, then run `ropeway agent register` on a machine beside the "
        "domain (docs/agents.md).",
        "HybridIdentityServiceNoAgentsAssigned",
    ),
    Entry(
        "agent-awaited",
        Severity.WARNING,
        "The job waits for an agent",
        "None of {object} has answered since {since}; heard of last: {agents}.",
        "Start one: `systemctl start ropeway-agent` on its machine, or `ropeway agent run`. The job goes on by itself.",
    ),
    Entry(
        "agents-none-active",
        Severity.FATAL,
        "No agent of the domain is running",
        "Of the agents registered for {object} ({count}) none answers; heard of last: {agents}.",
        f"`ropeway agent list` says when each was last seen. {_CHECK} The job goes on by itself when one is back.",
        "HybridIdentityServiceNoActiveAgents",
    ),
    Entry(
        "agent-timeout",
        Severity.FATAL,
        "The agent did not answer in time",
        "For {seconds} seconds nothing came from {object}.",
        f"Look whether its machine, the domain controller and the network between them are well. {_LOG} The job tries "
        "again by itself.",
        "TimeOut",
    ),
    Entry(
        "agent-answer-incomplete",
        Severity.FATAL,
        "The agent sent half an answer",
        "The answer of {object} ended before it was whole. What had come is true and kept; nothing is taken for gone.",
        f"The job tries again by itself. If it happens again, restart the agent. {_LOG}",
    ),
    Entry(
        "agent-answer-unreadable",
        Severity.FATAL,
        "The agent's answer cannot be read",
        "What {object} sent is no part of an answer: {reason}. Nothing of it was used.",
        "Look at what is between agent and service (a proxy that changes what passes?), and whether the agent is the "
        f"program it should be: `ropeway agent show {{object}}` says its version. {_LOG}",
    ),
    Entry(
        "agent-answer-too-large",
        Severity.FATAL,
        "The agent sent more at once than is allowed",
        "A part of the answer of {object} is too large: {reason}. It was not unpacked.",
        "No agent of Ropeway does this. Look whether the machine is under somebody else's control; if in doubt: "
        "`ropeway agent remove {object}`.",
    ),
    Entry(
        "agent-of-another-domain",
        Severity.FATAL,
        "The agent reads another domain than the job",
        "The job belongs to the domain with the GUID {expected}, and agent {object} answered from {found}. Nothing of "
        "its answer was used.",
        "Correct the controllers in the agent's agent.yaml. If the domain was built anew under the same name, it is "
        "another one: create another job for it. If you do not know the agent: `ropeway agent remove {object}`.",
    ),
    Entry(
        "agent-of-newer-version",
        Severity.FATAL,
        "The agent speaks a newer version than the service",
        "Agent {object} wrote version {found} of the wire; this service understands {oldest} to {newest}.",
        "Bring the service to the version of its agents, or the agent to that of the service: they may be one apart.",
    ),
    Entry(
        "agent-failed",
        Severity.FATAL,
        "The agent itself failed",
        "An error that nobody foresaw ended the call: {error}. That is a defect of Ropeway; nothing that was stored is "
        "lost.",
        f"{_LOG} Please report it.",
    ),
    Entry(
        "object-too-large-to-send",
        Severity.ERROR,
        "An object is too large to be sent by an agent",
        "It has {bytes} bytes; at most {most} are sent for one object. The object is kept as it was.",
        "Shorten its largest values (photos, certificates), or take the attribute out of the mapping.",
    ),
)

OF_THE_AGENT = (
    Entry(
        "agent-unknown",
        Severity.ERROR,
        "There is no such agent",
        "No agent of this service has the name, id or certificate {object}, or several have the name.",
        "`ropeway agent list` shows all with their ids. On the agent's machine: if it was removed, or the service's "
        f"state is an older one, register it anew. {_ANEW}",
    ),
    Entry(
        "agent-removed",
        Severity.FATAL,
        "The agent was removed",
        "An administrator removed agent {object}; its certificate opens nothing any more.",
        f"If that was a mistake, register it anew. {_ANEW}",
    ),
    Entry(
        "agent-token-refused",
        Severity.ERROR,
        "The registration token is not good",
        "It is unknown here, has expired, or was used before: a token works once, and for a short time.",
        "Make another one with `ropeway agent token DOMAIN`, for `ropeway agent register` on the agent's machine.",
    ),
    Entry(
        "agent-request-refused",
        Severity.ERROR,
        "The agent's request is not understood",
        "{reason}",
        "Look whether agent and service are at most one version apart: `ropeway version` on both machines.",
    ),
    Entry(
        "agent-proof-refused",
        Severity.ERROR,
        "The agent could not prove who it is",
        "{reason}",
        f"The agent tries again by itself. If it goes on, register it anew. {_ANEW}",
    ),
    Entry(
        "agent-certificate-expired",
        Severity.FATAL,
        "The agent's certificate has expired",
        "Agent {object} was away for so long that it could not renew its certificate.",
        f"Register it anew. {_ANEW}",
    ),
    Entry(
        "agent-other-address",
        Severity.FATAL,
        "The agent calls the service by another address",
        "The agent calls {found}; the service is known as {object}. An agent proves who it is to one address only, so "
        "that nobody in between can use its proof.",
        "Use this address on the agent's machine: service: {object} in agent.yaml, or --service {object}. Or start the "
        "service with the address that agents use.",
    ),
    Entry(
        "agent-versions-apart",
        Severity.FATAL,
        "Agent and service are too far apart",
        "The agent understands versions {theirs} of the wire, the service {ours}; they have none in common.",
        "Bring the older of the two up to date; they may be one version apart.",
    ),
    Entry(
        "call-gone",
        Severity.WARNING,
        "The call is no longer this agent's",
        "Call {number} was withdrawn, or given to another agent because this one was not heard of.",
        "Nothing need be done: the agent stops working on it.",
    ),
    Entry(
        "agent-out-of-step",
        Severity.WARNING,
        "The agent sent a part out of turn",
        "Part {part} came where {expected} was next, or before the service had room for it.",
        f"Nothing need be done: the call is given to an agent anew. If it happens again, restart the agent. {_LOG}",
    ),
)

ON_ITS_MACHINE = (
    Entry(
        "agent-settings-invalid",
        Severity.FATAL,
        "The agent's settings are not right",
        "{reason}",
        "Correct this place of agent.yaml; docs/agents.md lists every setting.",
    ),
    Entry(
        "agent-not-registered",
        Severity.FATAL,
        "The agent is not registered",
        "{object} has no identity.",
        "Make a token with `ropeway agent token DOMAIN`, and run `ropeway agent register` on this machine.",
    ),
    Entry(
        "agent-already-registered",
        Severity.ERROR,
        "An agent is registered in this folder",
        "{object} has an identity already, and it would be lost.",
        "Give another --folder. To register this agent anew: "
        "`ropeway agent register --anew --folder {folder} --token-file -`.",
    ),
    Entry(
        "agent-runs-already",
        Severity.FATAL,
        "The agent of this folder runs already",
        "Process {process} is the agent of {object}.",
        "Let it run, or end it first: systemctl stop ropeway-agent",
    ),
    Entry(
        "agent-file-open",
        Severity.FATAL,
        "Others can read a secret of the agent",
        "The mode of {object} is {mode}: its group or everybody may read or change it.",
        "Run: chmod go-rwx {object}",
    ),
    Entry(
        "agent-file-unreadable",
        Severity.FATAL,
        "A file of the agent cannot be read or written",
        "The system said of {object}: {reason}.",
        "Check that it exists and belongs to the account that runs the agent (ls -l {object}), and that the disk has "
        "room (df -h).",
    ),
    Entry(
        "agent-domain-unset",
        Severity.FATAL,
        "The agent has no account for the domain",
        "agent.yaml of agent {agent} has no settings under domains for {object}.",
        "Add the domain with its user and password_file, keytab or credential to agent.yaml (docs/agents.md), then: "
        "systemctl restart ropeway-agent",
    ),
)

ON_THE_WAY = (
    Entry(
        "agent-service-unreachable",
        Severity.FATAL,
        "The service does not answer",
        "Connecting to {object} failed: {reason}.",
        f"{_CHECK} Ropeway tries again by itself.",
    ),
    Entry(
        "agent-service-not-trusted",
        Severity.FATAL,
        "The service's certificate is not trusted",
        "What answers at {object} showed a certificate that could not be verified: {reason}. Nothing was sent to it.",
        "Not yet valid, or expired: look first whether this machine's clock is right (`timedatectl`). Else "
        "name the authority that signed the service's certificate with --ca-file, or ca_file in agent.yaml. Is there a "
        "proxy that opens TLS and shows its own certificate? Have it leave the service's address alone.",
    ),
    Entry(
        "agent-proxy-unreachable",
        Severity.FATAL,
        "The proxy does not answer",
        "Connecting to the proxy {object} failed: {reason}.",
        "Check that the proxy runs, and its address: `ropeway agent proxy URL` sets another.",
    ),
    Entry(
        "agent-proxy-credentials",
        Severity.FATAL,
        "The proxy wants a name and a password",
        "The proxy {object} answered 407: {reason}.",
        "`ropeway agent proxy http://USER@HOST:PORT --proxy-password-file FILE`. Only the scheme Basic is supported.",
    ),
    Entry(
        "agent-proxy-refused",
        Severity.FATAL,
        "The proxy does not let the agent through",
        "The proxy {object} answered {reason}.",
        "Have the proxy allow CONNECT to the service's host and port for this machine.",
    ),
    Entry(
        "agent-service-strange",
        Severity.FATAL,
        "What answers is no Ropeway service",
        "{object} answered with status {status}, and not as a Ropeway service does.",
        f"Check the service's address: a load balancer or a proxy in between may answer for it. {_CHECK}",
    ),
)

ENTRIES: tuple[Entry, ...] = (*OF_THE_DOMAIN, *OF_THE_AGENT, *ON_ITS_MACHINE, *ON_THE_WAY)
