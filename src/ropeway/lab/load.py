"""Putting a company into a domain, fast."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterable

import msgspec

from ropeway.lab import samba
from ropeway.lab.company import Record, Size, company
from ropeway.lab.domain import Domain

Report = Callable[[int], None]
"""Called with the number of records done so far, at least every 1,000."""


def populate(domain: Domain, size: Size, *, seed: int = 1, report: Report | None = None) -> None:
    """The company of that seed and size, into the controller's database; it may run meanwhile. Safe to repeat."""
    load(domain, company(size, seed=seed, dns_domain=domain.dns_domain), report=report)


def load(domain: Domain, records: Iterable[Record], *, report: Report | None = None) -> None:
    """Add records that are not there yet, each after those it names; 700 people a second and more.

    RopewayError `lab-samba-failed` names the first record that Samba refuses; commits are every 1,000.
    """
    loading = subprocess.Popen(
        [samba.PYTHON, "-I", samba.SCRIPTS / "load.py", str(domain.smb_conf)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with loading as process:
        sender = threading.Thread(target=_send, args=(process, records), daemon=True)
        errors: list[bytes] = []
        listener = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
        sender.start()
        listener.start()
        for line in process.stdout or ():
            if report:
                report(int(line))
        sender.join()
        listener.join()
    if loading.returncode:
        raise samba.failed(domain.files, "load.py", b"".join(errors).decode(errors="replace"))


def _send(process: subprocess.Popen[bytes], records: Iterable[Record]) -> None:
    """A loader that gave up has closed its end; why is told by its exit."""
    assert process.stdin is not None
    encode = msgspec.json.Encoder().encode
    try:
        with process.stdin as lines:
            for record in records:
                lines.write(encode(record) + b"\n")
    except BrokenPipeError:
        return
