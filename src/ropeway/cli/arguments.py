"""The command line as typed: global options may stand anywhere on it, passwords nowhere."""

from __future__ import annotations

from collections.abc import Sequence

from ropeway.cli.exits import Refused

FLAGS = frozenset({"--json", "--quiet", "--debug"})
WITH_VALUE = frozenset({"--state", "--service", "--tenant"})
ASSIGNED = tuple(f"{option}=" for option in WITH_VALUE)
ALLOWED = frozenset({"--password-file", "--proxy-password-file", "--allow-plaintext-password"})


def global_options_first(arguments: Sequence[str]) -> list[str]:
    """The same command with its global options moved to the front; what follows `--` stays as it is."""
    moved: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word in FLAGS or word.startswith(ASSIGNED):
            moved.append(word)
        elif word in WITH_VALUE:
            moved += [word, *([value] if (value := next(words, None)) is not None else [])]
        else:
            rest.append(word)
    return moved + rest


def refuse_passwords(arguments: Sequence[str]) -> None:
    """Raise `Refused` where somebody tries to hand over a password on the command line; it is not repeated."""
    for word in arguments:
        if word == "--":
            return
        option = word.partition("=")[0]
        if option.startswith("--") and "passw" in option and option not in ALLOWED:
            raise Refused(
                f"There is no option {option}: other users see command lines, and the shell keeps them. "
                "Put the password into a file that only you can read and name it with --password-file FILE, "
                "use --keytab FILE, or let --prompt ask for it. "
                "If you have just typed a real password, remove it from the shell's history and change it."
            )
