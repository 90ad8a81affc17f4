"""Headings, sentences, and commands as anyone would type them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Mapping

FINE = (0, 3, 4)
"""Done; some objects set aside; something held."""


class Teller:
    """Prints the story, and runs each command in one environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = {k: v for k, v in os.environ.items() if k != "ROPEWAY_STATE"} | dict(environment)
        self._bold, self._plain = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")

    def heading(self, text: str) -> None:
        """A chapter begins."""
        print(f"\n{self._bold}── {text} {'─' * max(0, 74 - len(text))}{self._plain}", flush=True)

    def say(self, text: str) -> None:
        """A paragraph."""
        print(f"\n{textwrap.fill(text, 78)}", flush=True)

    def lines(self, lines: Iterable[str]) -> None:
        """Lines to be read as they are, as those of a table."""
        print("\n" + "\n".join(f"  {line}" for line in lines), flush=True)

    def typed(self, *words: str, remark: str = "") -> list[str]:
        """A command of Ropeway is shown as it is typed; what to run for it."""
        after = f"    # {remark}" if remark else ""
        print(f"\n{self._bold}$ ropeway {shlex.join(words)}{self._plain}{after}", flush=True)
        return [sys.executable, "-m", "ropeway", *words]

    def ropeway(self, *words: str) -> None:
        """A command, shown and run. A failure ends the demonstration."""
        self._run(self.typed(*words))

    def pasted(self, text: str, *words: str, remark: str) -> None:
        """The same, with a secret on standard input."""
        self._run(self.typed(*words, remark=remark), given=text)

    def answered(self, *words: str, shown: bool = True) -> str:
        """The same, where what it prints on stdout, a secret, is the answer and not shown."""
        command = self.typed(*words) if shown else [sys.executable, "-m", "ropeway", *words]
        return self._run(command, stdout=subprocess.PIPE)

    def _run(self, command: list[str], *, given: str | None = None, stdout: int | None = None) -> str:
        done = subprocess.run(  # noqa: S603 - the words are this story's own
            command, env=self.environment, check=False, text=True, input=given, stdout=stdout, timeout=300
        )
        if done.returncode not in FINE:
            sys.exit(f"The demonstration ends here: that command ended with {done.returncode}.")
        return (done.stdout or "").strip()
