"""The console script: what must hold before the other modules are read, which takes longer than somebody's Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys


def main() -> int:
    """Run the command line of this process; the answer is its exit code."""
    _open_closed_streams()
    listens = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if listens:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends without a word; nothing has begun
    from ropeway.cli.main import main as run

    if listens:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return run()


def _open_closed_streams() -> None:
    """Streams that were closed (`>&-`) lead nowhere, rather than into the next file that is opened."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process
