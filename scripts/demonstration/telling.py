"""Headings, sentences, and commands as anyone would type them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

FINE = (0, 3, 4)
"""Done; some objects set aside; something held."""


class Teller:
    """Prints the story, and runs each command on one state."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self._bold, self._plain = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")

    def heading(self, text: str) -> None:
        """A chapter begins."""
        print(f"\n{self._bold}── {text} {'─' * max(0, 74 - len(text))}{self._plain}", flush=True)

    def say(self, text: str) -> None:
        """A paragraph."""
        print(f"\n{textwrap.fill(text, 78)}", flush=True)

    def ropeway(self, *words: str) -> None:
        """A command of Ropeway: shown as it is typed, then run. A failure ends the demonstration."""
        print(f"\n{self._bold}$ ropeway {shlex.join(words)}{self._plain}", flush=True)
        environment = os.environ | {"ROPEWAY_STATE": str(self.state)}
        done = subprocess.run([sys.executable, "-m", "ropeway", *words], env=environment, check=False)  # noqa: S603 - the words are this story's own
        if done.returncode not in FINE:
            sys.exit(f"The demonstration ends here: that command ended with {done.returncode}.")
