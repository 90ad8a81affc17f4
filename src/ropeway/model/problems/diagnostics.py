"""What checks find."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "check-crashed",
        Severity.ERROR,
        "The check itself failed",
        "{error}.",
        "The other checks are good all the same. Please report this as a defect of Ropeway.",
    ),
    Entry(
        "name-not-found",
        Severity.ERROR,
        "The name does not resolve",
        "This machine's name look-up does not know it ({reason}).",
        "Check the spelling, and DNS on this machine: `getent hosts {object}`.",
    ),
    Entry(
        "port-closed",
        Severity.ERROR,
        "Nobody answers there",
        "No connection could be made: {reason}.",
        "Check that the other end runs, and that no firewall is in the way; outwards, only this port is needed.",
    ),
    Entry(
        "proxy-wants-credentials",
        Severity.ERROR,
        "The proxy wants to know who asks",
        "It answered {said}: user or password are missing or wrong.",
        "`ropeway agent proxy http://USER@HOST:PORT --proxy-password-file FILE`; only Basic authentication is spoken.",
    ),
    Entry(
        "proxy-refuses",
        Severity.ERROR,
        "The proxy lets nobody through",
        "To CONNECT {target} it answered {said}.",
        "Let the proxy's administrator allow CONNECT to {target}.",
    ),
    Entry(
        "service-certificate-not-trusted",
        Severity.ERROR,
        "The service's certificate is not trusted",
        "{reason}. It is signed by {issuer}; trusted are: {ca}.",
        "With Ropeway's own authority: fetch it with `ropeway service ca`, and name the file: --ca-file, or ca_file in "
        "agent.yaml. If the signer is a proxy that inspects TLS, exempt this address from inspection.",
    ),
    Entry(
        "no-tls",
        Severity.ERROR,
        "No protected connection comes about",
        "The other end, or something on the way, broke it off: {reason}.",
        "Check that the address is that of the service, and what a proxy or firewall on the way does to TLS.",
    ),
    Entry(
        "service-says-nonsense",
        Severity.ERROR,
        "What answers does not speak HTTP",
        "It said “{said}”.",
        "Check host and port: something else answers there.",
    ),
    Entry(
        "service-not-well",
        Severity.ERROR,
        "The service answers, and is not well",
        "It said {said}.",
        "Look at it where it runs: `ropeway service status`.",
    ),
    Entry(
        "agent-not-yet",
        Severity.WARNING,
        "No agent is registered here yet",
        "{object} holds no key and no certificate.",
        "`ropeway agent token DOMAIN` makes a token for: ropeway agent register --service {service} --token-file - "
        "--folder {object}",
    ),
    Entry(
        "agent-not-running",
        Severity.WARNING,
        "The agent does not run",
        "No process is the agent of {object}.",
        "Start it: systemctl start ropeway-agent, or `ropeway agent run --folder {object}`.",
    ),
    Entry(
        "clocks-apart",
        Severity.WARNING,
        "The clocks differ",
        "This machine's clock and that of {object} are {seconds} seconds apart; certificates may look expired.",
        "Let both follow a time server.",
    ),
    Entry(
        "controllers-silent",
        Severity.WARNING,
        "Not all domain controllers answer",
        "Without an answer: {silent}. Another one is used.",
        "Start them, or take them out of the list, before the last one fails too.",
    ),
    Entry(
        "slower-way-of-changes",
        Severity.WARNING,
        "Changes are found in a lesser way",
        "The account may not replicate directory changes; what is used is: {way}.",
        "Grant “Replicating Directory Changes” on the domain: docs/active-directory.md#rights.",
    ),
    Entry(
        "deletions-unseen",
        Severity.WARNING,
        "Deletions are not seen at once",
        "The account may not look into Deleted Objects; what was deleted is found by an hourly comparison.",
        "Grant it List Contents and Read Property on CN=Deleted Objects: docs/active-directory.md#rights.",
    ),
)
"""In the order in which one meets them on the way."""
