"""The demonstration: a company in Active Directory, and the cloud directory that follows it.

by_itself   the running system: service, agent, and changes that arrive by themselves
over_ldap   its company, in a real Samba domain, changed through LDAP
by_hand     the story of an export, command by command, where Samba cannot be had
in_ldif     its company
story       what happens in a company
processes   what runs beside the story
telling     headings, sentences, and commands as anyone would type them
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import by_hand
import by_itself
from by_itself import System
from in_ldif import ExportedCompany
from over_ldap import LiveCompany, live_company
from telling import Teller

from ropeway.lab.company import Size
from ropeway.model.problems import RopewayError, describe

NO_SAMBA = ("lab-samba-missing", "lab-not-root")
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

NEXT = (
    "ropeway job plan Contoso            what the next run would write; it writes nothing",
    "ropeway job watch Contoso           the job live: its runs, what waits, what comes",
    "ropeway job holds Contoso           what was stopped because it looked like an accident",
    "ropeway log -v                      every change, step by step, with its values",
    "ropeway directory groups list       and users, contacts, devices",
    "ropeway service audit               which administrator did what",
    "docs/first-steps.md                 the same with your own domain, step by step",
    "docs/service.md, docs/agents.md     the running system, its settings, systemd",
    "docs/commands.md                    every command, every exit code",
)


def main() -> int:
    """Prepare, tell, clean up."""
    wanted = _arguments()
    try:
        with (
            _interruptible(),
            tempfile.TemporaryDirectory(prefix="ropeway-demo-", ignore_cleanup_errors=True) as folder,
        ):
            _tell(Path(folder), wanted)
    except RopewayError as error:
        print(f"\n{describe(error.problem)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. What was started is stopped, and the demonstration's files are gone.", file=sys.stderr)
        return 130
    print("\nCleaned up: nothing runs any more, and the demonstration's files are gone.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="A company in Active Directory, and the cloud directory that follows it."
    )
    parser.add_argument("--people", type=int, default=1000, help="how many people work there (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="another number is another company")
    parser.add_argument("--address", help="the loopback address of the domain controller; else a free one")
    parser.add_argument("--stay", action="store_true", help="at the end leave all of it running, until Ctrl-C")
    parser.add_argument("--ldif", action="store_true", help="tell the story from an export, without Samba")
    return parser.parse_args()


def _tell(folder: Path, wanted: argparse.Namespace) -> None:
    size = Size(people=wanted.people)
    if not wanted.ldif:
        try:
            _tell_by_itself(folder, size, wanted)
        except RopewayError as error:
            if error.problem.code not in NO_SAMBA:
                raise
            print(f"\n{describe(error.problem)}")
            print("So the story is told from an export of the company, without a domain controller.")
        else:
            return
    teller = Teller({"ROPEWAY_STATE": str(folder / "ropeway.db")})
    by_hand.tell(ExportedCompany(folder / "company.ldif", size, wanted.seed, teller), teller)
    if wanted.stay:
        print("\nNothing of this story runs, so there is nothing to stay for.")


def _tell_by_itself(folder: Path, size: Size, wanted: argparse.Namespace) -> None:
    os.environ["XDG_CONFIG_HOME"] = str(folder / "administrator")  # where its sign-in is kept, not this user's own
    teller = Teller({})
    with (
        live_company(folder / "domain", size, wanted.seed, wanted.address, teller) as company,
        by_itself.system(company, folder, teller) as system,
    ):
        by_itself.tell(company, system, teller)
        teller.heading("What to look at next")
        if wanted.stay:
            _stay(company, system, teller)
        else:
            teller.say("scripts/demo --stay leaves domain, service and agent running, with a link to sign in. Then:")
            teller.lines(NEXT)


def _stay(company: LiveCompany, system: System, teller: Teller) -> None:
    """Until somebody ends it, or a part of it ends."""
    link = teller.answered("login", "--new", "--state", system.state, shown=False)
    teller.say("Domain, service and agent go on. In another window, in this folder:")
    teller.lines(
        ('PATH="$PWD/.venv/bin:$PATH"', "ropeway login                       # paste this link, which works once:")
    )
    print(f"\n{link}", flush=True)
    teller.lines(NEXT)
    teller.say("Somebody else begins: this adds an account to AD, and `ropeway log` shows how it arrives.")
    teller.lines((company.another(),))
    teller.say("Ctrl-C here ends all of it, and removes its files; `ropeway logout` there forgets the sign-in.")
    try:
        while True:
            system.must_run()
            time.sleep(1)
    except KeyboardInterrupt:
        return


@contextmanager
def _interruptible() -> Generator[None]:
    """Within, whatever asks this process to end interrupts it, once: cleaning up is not interrupted again."""

    def end(_number: int, _frame: object) -> None:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        print("\nStopping what was started …", file=sys.stderr, flush=True)
        raise KeyboardInterrupt

    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, end)
    yield


sys.exit(main())
