"""The global options of one call, and the way to Control."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import cast

import typer

from ropeway.cli import output
from ropeway.cli.environment import make_file, require_state, state_url, trace_endpoint
from ropeway.cli.exits import Code, Refused
from ropeway.cli.output import Block
from ropeway.cli.reach import full_path, require_tenant, service_of
from ropeway.cli.signed_in import SignedIn
from ropeway.control.holder import user_here
from ropeway.control.protocol import Control
from ropeway.model.secret import Secret
from ropeway.model.state_url import place_of
from ropeway.telemetry import tracing

Ask = Callable[[str], Secret[str]]

LOOKS = frozenset(
    {
        *("audit", "check", "compare", "diff", "discover", "explain", "export", "holds", "list", "log", "plan"),
        *("report", "show", "sign-ins", "status", "watch"),
    }
)
"""Last words of commands that only look: where the state that --state names is not there, they make none."""

_OF_THIS_STATE = re.compile(r"`ropeway (?!-|(?:agent (?:check|proxy|register|run)|lab|login)\b)")
"""Commands in a sentence that are about the state which the call named."""


@dataclass(frozen=True, slots=True)
class Session:
    """What was said for the whole command."""

    state: str | None = None
    service: str | None = None
    tenant: str | None = None
    json: bool = False
    quiet: bool = False
    debug: bool = False
    typed: str = "ropeway"
    """The command without its arguments: `ropeway job run`."""

    @contextmanager
    def control(self) -> Generator[Control]:
        """Control of what this call is about, a service or a state, closed at the end."""
        with self._traced(), self._of_service_or_state() as control:
            yield control

    @contextmanager
    def _traced(self) -> Generator[None]:
        """A call to a service is the beginning of a trace, where somebody collects them."""
        with ExitStack() as stack:
            if self.asked_service and (endpoint := trace_endpoint()):
                stack.enter_context(tracing.exporting(endpoint, "command"))
                stack.enter_context(tracing.span("command", command=self.typed))
            yield

    @contextmanager
    def _of_service_or_state(self) -> Generator[Control]:
        control = self._opened()
        try:
            yield control
        except (KeyboardInterrupt, SystemExit):
            if getattr(control, "unfinished", ""):
                self.note(f"The service goes on with it. Look with: {self.command('job', 'list')}")
            raise
        finally:
            control.close()

    def _opened(self) -> Control:
        service = service_of(self.state, self.service)
        if service is not None:
            require_tenant(service, self.tenant)
            return connect_service(service)
        url = state_url(self.state)
        if self.state is not None and self.typed.rpartition(" ")[2] in LOOKS:
            require_state(url)
        self.make_state(url)
        return connect(url, ask_for_secret, self.tenant)

    def make_state(self, url: str) -> None:
        """The file of a state, where there is none, and a remark that it is new."""
        if make_file(url):
            self.note(f"{place_of(url)} is new: there was no state of that name.")

    @property
    def asked_service(self) -> str:
        """The address of the service that this call asks; empty: it works on the state itself."""
        service = service_of(self.state, self.service)
        return service.url if service else ""

    def file(self, path: Path | str) -> str:
        """The full path of a file that is read where jobs run."""
        return full_path(path, self.asked_service)

    def show(self, record: object, blocks: Callable[[], Iterable[Block]]) -> None:
        """Print what was asked for: the record itself for programs, its blocks for people."""
        if self.json:
            output.write_json(record)
        else:
            output.write(blocks())

    def say(self, record: object, *sentences: str) -> None:
        """Tell what was done: the record for programs, sentences for people, nothing where quiet."""
        if self.json:
            output.write_json(record)
        elif not self.quiet:
            output.write(sentences)

    def note(self, sentence: str) -> None:
        """A remark beside the result, on stderr."""
        if not self.quiet:
            output.write_error(sentence)

    def confirm(self, question: str, yes: bool) -> None:
        """Ask before something dangerous, unless told `--yes`; raise `Refused` for a no, or where nobody is there."""
        if yes:
            return
        if not sys.stdin.isatty():
            raise Refused(
                f"{question} Nobody is here to answer, so nothing was done. Say --yes to do it without asking."
            )
        output.write_error(f"{question} [y/N] ", end="")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise Refused("Nothing was done.", Code.FAILED)

    def here(self, sentence: str) -> str:
        """The sentence, with the commands in it as they are to be typed for the state of this call."""
        return _OF_THIS_STATE.sub(lambda _: f"`{self.command()} ", sentence) if self.state else sentence

    def command(self, *words: str) -> str:
        """A command to type, for the state of this call."""
        state = ("--state", self.state) if self.state else ()
        service = ("--service", self.service) if self.service else ()
        tenant = ("--tenant", self.tenant) if self.tenant else ()
        return " ".join(quote(word) for word in ("ropeway", *state, *service, *tenant, *words))

    @property
    def place(self) -> str:
        """Where the state is, as it may be shown: a file, a database, or the address of the service that has it."""
        if service := self.asked_service:
            return service
        return place_of(state_url(self.state))


def current(context: typer.Context) -> Session:
    """The session of a command."""
    found = context.find_root().obj
    assert isinstance(found, Session)
    return replace(found, typed=context.command_path)


def connect(url: str, ask: Ask, tenant: str | None = None) -> Control:
    """Control in this process; imported here, so that help and usage errors need not wait for it."""
    from ropeway.control.in_process import TENANT, InProcess, open_database
    from ropeway.control.sources import FromHere
    from ropeway.control.tenants import Tenants
    from ropeway.service.acts import OnRecord
    from ropeway.service.gateway.source import ThroughAgents

    database = open_database(url)
    number = TENANT if tenant is None else Tenants(database).number(tenant)
    control = InProcess(database, ThroughAgents(database, number, FromHere(ask)), number)
    return cast("Control", OnRecord(control, database, number, user_here()))


def connect_service(service: SignedIn) -> Control:
    """Control of a service, over HTTPS."""
    from ropeway.cli.accounts import token_of
    from ropeway.control.over_http import connect as over_http

    return over_http(service.url, token_of(service), service.ca, service.tenant)


OTHERWISE = (
    "The source's password must be asked for, and there is no terminal. "
    "Create the job with --password-file FILE or --keytab FILE instead of --prompt."
)


def ask_for_secret(prompt: str, otherwise: str = OTHERWISE) -> Secret[str]:
    """A password typed at the terminal, not shown; `otherwise` is said where there is none."""
    if not sys.stdin.isatty():
        raise Refused(otherwise)
    from getpass import getpass

    return Secret(getpass(f"{prompt.rstrip(': ')}: "))
