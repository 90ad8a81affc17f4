"""Problems of the lab: Samba domains for trials and tests."""

from __future__ import annotations

from ropeway.model.problems.entry import Entry, Severity

_PACKAGES = (
    "samba samba-ad-dc samba-dsdb-modules samba-vfs-modules samba-ad-provision winbind python3-samba ldb-tools "
    "krb5-user libnss-wrapper libresolv-wrapper"
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "lab-samba-missing",
        Severity.FATAL,
        "The lab needs Samba's domain controller",
        "Missing on this machine: {missing}.",
        f"On Debian run `make install`, or `apt-get install --no-install-recommends {_PACKAGES}`.",
    ),
    Entry(
        "lab-not-root",
        Severity.FATAL,
        "The lab needs root",
        "A domain controller listens on ports below 1024 (LDAP 389, Kerberos 88, DNS 53).",
        "Run the same command with sudo.",
    ),
    Entry(
        "lab-address-in-use",
        Severity.FATAL,
        "Another program listens there",
        "Port 389 of this address is taken, by another lab or by an LDAP server of this machine.",
        "See who with `ss -ltnp 'sport = :389'`, or choose another address, for example `--address 127.0.0.30`.",
    ),
    Entry(
        "lab-address-unusable",
        Severity.FATAL,
        "The lab cannot listen there",
        "This machine does not have the address.",
        "Choose a loopback address, for example `--address 127.0.0.30`.",
    ),
    Entry(
        "lab-folder-too-long",
        Severity.FATAL,
        "The lab's folder has too long a path",
        "Samba keeps its sockets below it, and a path of a socket has at most 107 bytes.",
        "Choose a folder of at most {longest} characters, for example `--folder /var/tmp/lab`.",
    ),
    Entry(
        "lab-no-domain",
        Severity.FATAL,
        "There is no lab domain here",
        "The folder holds no controller named {host}.",
        "Start one with `ropeway lab up`, or name its folder with `--folder`.",
    ),
    Entry(
        "lab-not-running",
        Severity.FATAL,
        "The lab domain is not running",
        "Its folder is there, its controller is not.",
        "Start it with `ropeway lab up`.",
    ),
    Entry(
        "lab-another-address",
        Severity.FATAL,
        "The lab domain lives at another address",
        "It was made at {address}, and a controller's address stays.",
        "Leave `--address` out, or name another `--folder` for a second domain.",
    ),
    Entry(
        "lab-no-answer",
        Severity.FATAL,
        "The lab's controller does not answer",
        "It runs, but LDAP gave no answer in time.",
        "Read {log}, then try `ropeway lab down` and `ropeway lab up`.",
    ),
    Entry(
        "lab-samba-failed",
        Severity.FATAL,
        "Samba gave up",
        "It said: {said}.",
        "If that names a setting or a file, correct it; else start anew with `ropeway lab down` and `ropeway lab up`.",
    ),
    Entry(
        "lab-disk-full",
        Severity.FATAL,
        "The disk is full",
        "Samba could not write the lab's database.",
        "Make room (`df -h`), or put the lab elsewhere with `--folder`.",
    ),
)
