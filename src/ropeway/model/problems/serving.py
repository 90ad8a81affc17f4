"""Problems of the process that answers HTTPS: its address, certificates, key file, settings; and of signing in."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "seal-missing",
        Severity.FATAL,
        "The service's key file is missing",
        "The state holds private keys that only {object} opens, and there is no such file.",
        "Copy it, mode 0600, from the machine that made the state or from where it was kept apart, or name it with "
        "--seal FILE. If it is lost for good, `ropeway service ca --new` begins anew: everybody signs in again, and "
        "every agent is registered again.",
    ),
    Entry(
        "seal-wrong",
        Severity.FATAL,
        "The service's key file does not open this state",
        "A private key in the state was not sealed with {object}: {reason}.",
        "Name the right key file with --seal FILE; each state has its own, and all machines of one state have the "
        "same. If it is lost for good, `ropeway service ca --new` begins anew: everybody signs in again, and every "
        "agent is registered again.",
    ),
    Entry(
        "seal-open",
        Severity.FATAL,
        "Others may read the service's key file",
        "{object} has mode {mode}; whoever reads it can open the private keys in the state.",
        "Run `chmod 600 {object}`. If somebody may have read it, `ropeway service ca --new` makes what it opens "
        "worthless.",
    ),
    Entry(
        "seal-unreadable",
        Severity.FATAL,
        "The service's key file cannot be used",
        "The reason: {reason}.",
        "Look with `ls -l {object}` whether the service's user may read it and its folder; "
        "`ropeway service key FILE` makes a new one for a new state.",
    ),
    Entry(
        "certificate-request-refused",
        Severity.ERROR,
        "The certificate request is refused",
        "No certificate was made: {reason}.",
        "Make a new key and request; an agent does so itself with `ropeway agent register`.",
    ),
    Entry(
        "certificate-unreadable",
        Severity.FATAL,
        "The service's certificate or its key cannot be used",
        "The reason: {reason}.",
        "Both are PEM files: the certificate with those of its intermediate authorities after it, the key without a "
        "password. Look with `openssl x509 -noout -subject -enddate -in FILE` and `openssl pkey -noout -in FILE`.",
    ),
    Entry(
        "certificate-key-mismatch",
        Severity.FATAL,
        "Certificate and key do not belong together",
        "The key in {key} is not that of the certificate in {object}.",
        "Name the two files that were made together with --certificate and --key; the public keys that "
        "`openssl x509 -noout -pubkey -in {object}` and `openssl pkey -pubout -in {key}` print must be equal.",
    ),
    Entry(
        "certificate-expired",
        Severity.FATAL,
        "The service's certificate is not good now",
        "The certificate in {object} is good from {begins} until {ends}; no client would accept it.",
        "Renew it and write it to the same file; a running service takes it up within a minute. Or look whether this "
        "machine's clock is right: `timedatectl`.",
    ),
    Entry(
        "address-in-use",
        Severity.FATAL,
        "The address is in use",
        "Another process listens on {object} already.",
        "See which with `ss -ltnp`, and stop it, or choose another port: --listen 127.0.0.1:9443.",
    ),
    Entry(
        "address-not-here",
        Severity.FATAL,
        "The address is not one of this machine",
        "Nothing can listen on {object}: {reason}.",
        "`ip address` shows this machine's addresses; --listen 0.0.0.0:8443 means all of them.",
    ),
    Entry(
        "address-not-allowed",
        Severity.FATAL,
        "The service may not listen there",
        "The system refuses {object} to this user: {reason}.",
        "Ports below 1024 need AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit; or choose a higher one: "
        "--listen 127.0.0.1:8443.",
    ),
    Entry(
        "service-is-running",
        Severity.FATAL,
        "A service runs on this state already",
        "{holder} has {object} since {since}, at {url}.",
        "Use that one, or stop it. Several services on one state need PostgreSQL: docs/service.md.",
    ),
    Entry(
        "settings-invalid",
        Severity.FATAL,
        "The service's settings are wrong",
        "The reason: {reason}.",
        "docs/service.md has a heading for every setting; `ropeway up --help` names the options.",
    ),
    Entry(
        "request-too-slow",
        Severity.ERROR,
        "The request came too slowly",
        "Of its body only {received} bytes arrived in {seconds} seconds.",
        "Send it again; if it happens often, look at the proxies in between.",
    ),
    Entry(
        "login-link-unreadable",
        Severity.ERROR,
        "This is no login link",
        "{reason}.",
        "Copy the whole line that begins with https:// and paste it to `ropeway login`. Another link is made on the "
        "service's machine: `ropeway login --new`.",
    ),
    Entry(
        "login-link-refused",
        Severity.ERROR,
        "The login link is not good",
        "{reason}.",
        "Make another on the service's machine: `ropeway login --new`.",
    ),
    Entry(
        "login-unknown",
        Severity.ERROR,
        "There is no such sign-in",
        "Nobody is signed in with the id {value}; it may have expired.",
        "See them with `ropeway login list`.",
    ),
    Entry(
        "authority-of-others",
        Severity.ERROR,
        "The service has no authority of its own",
        "Its certificate was given by its administrator; clients trust it because their systems do.",
        "Where a system does not, name the authority's file: `ropeway login --ca FILE`.",
    ),
    Entry(
        "service-address-unknown",
        Severity.ERROR,
        "Where the service is to be reached is not known",
        "A link names the service's address, and no service runs on {object} now.",
        "Start it with `ropeway up`, or say the address: `ropeway login --new --url https://ropeway.contoso.com`.",
    ),
)
