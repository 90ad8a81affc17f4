"""The story of the running system: a service, an agent beside the domain, changes in AD that arrive by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from over_ldap import LiveCompany
from processes import Process, running
from story import JOB, Arrival, Change, hired
from telling import Teller

from ropeway.cli.signed_in import signed_in
from ropeway.control.over_http import connect
from ropeway.control.protocol import Control
from ropeway.model.problems import RopewayError

PATIENCE = 60
"""Seconds for something to arrive; then the demonstration fails."""

LAST_LINE = "Ctrl-C ends it."
"""Of what `ropeway up` says when it answers."""


@dataclass(frozen=True, slots=True)
class System:
    """What runs, and a client that is signed in."""

    folder: Path
    service: Process
    agent: Process
    control: Control

    @property
    def state(self) -> str:
        """The service's."""
        return str(self.folder / "ropeway.db")

    def must_run(self) -> None:
        """Ends the demonstration where one of them has ended."""
        self.service.must_run()
        self.agent.must_run()


@contextmanager
def system(company: LiveCompany, folder: Path, teller: Teller) -> Generator[System]:
    """A service with an administrator signed in, and an agent of the company's domain; stopped at the end."""
    with ExitStack() as stack:
        service, url = _service(folder, teller, stack)
        agent = _agent(company, url, folder, teller, stack)
        signed = signed_in()
        assert signed is not None
        token = signed.token
        control = stack.enter_context(closing(connect(signed.url, lambda: token, signed.ca)))
        made = System(folder, service, agent, control)
        _until(lambda: any(one.status == "active" for one in control.agents()), made, "the agent is heard of")
        teller.ropeway("agent", "list")
        yield made


def tell(company: LiveCompany, system: System, teller: Teller) -> None:
    """From the first synchronization on."""
    _first_synchronization(company, teller)
    times = [
        ("a hire", _hire(company, system, teller)),
        ("a new name", _shown("A new name", company.rename, system, teller)),
        ("a move", _shown("A move to another department", company.move, system, teller)),
        ("a group's members", _shown("A group", company.regroup, system, teller)),
        ("a leaver", _leaver(company, system, teller)),
    ]
    teller.heading("From AD to the directory, through agent and service")
    teller.lines(f"{what:<20} {took:4.2f} s" for what, took in times)
    teller.heading("Why is it so?")
    teller.ropeway("explain", hired(company.domain)["userPrincipalName"])
    teller.heading("Is all well?")
    teller.ropeway("service", "backup", "--state", system.state, str(system.folder / "backup"))
    teller.ropeway("service", "status")


def _service(folder: Path, teller: Teller, stack: ExitStack) -> tuple[Process, str]:
    teller.heading("The service")
    state = str(folder / "ropeway.db")
    command = teller.typed("up", "--state", state, "--listen", "127.0.0.1:0", remark="goes on beside the story")
    service = stack.enter_context(running("the service", command, folder / "service.log", teller))
    link = ""
    while LAST_LINE not in (line := service.line()):
        print(line, flush=True)
        link = line.strip() if "/login#" in line else link
    teller.say("An administrator, in another window, pastes the link. Every command asks the service from now on.")
    teller.pasted(f"{link}\n", "login", remark="the link is pasted")
    return service, link.partition("/login#")[0]


def _agent(company: LiveCompany, url: str, folder: Path, teller: Teller, stack: ExitStack) -> Process:
    teller.heading("An agent beside the domain")
    teller.say("A token for one agent; the authority of the service's certificate; then, on the agent's machine:")
    token = teller.answered("agent", "token", company.domain)
    authority, place = str(folder / "service-ca.pem"), folder / "agent"
    teller.ropeway("service", "ca", authority, "--state", str(folder / "ropeway.db"))
    named = ("--folder", str(place))
    said = ("--service", url, "--ca-file", authority, *named, "--token-file", "-")
    teller.pasted(f"{token}\n", "agent", "register", *said, remark="the token is pasted")
    teller.say(f"{place / 'agent.yaml'} gets an account that may read the domain and its changes, and no more:")
    settings = yaml.safe_load((place / "agent.yaml").read_text()) | {"domains": {company.domain: company.access()}}
    written = yaml.safe_dump(settings, sort_keys=False)
    (place / "agent.yaml").write_text(written)
    teller.lines(written.splitlines())
    teller.ropeway("agent", "check", *named)
    command = teller.typed("agent", "run", *named, remark="a process of its own")
    return stack.enter_context(running("the agent", command, folder / "agent.log", teller))


def _first_synchronization(company: LiveCompany, teller: Teller) -> None:
    teller.heading("A job, and the first synchronization")
    teller.say("Names in a verified domain are used as they are, so the company's domain comes first.")
    teller.ropeway("directory", "domains", "add", company.domain)
    teller.ropeway("directory", "domains", "verify", company.domain)
    teller.say("The job names the domain; where and as whom it is read is the agent's own affair.")
    teller.ropeway("job", "create", "active-directory", "--name", JOB, "--domain", company.domain, "--agents")
    teller.ropeway("job", "watch", JOB, "--until-idle")
    teller.ropeway("job", "list")
    teller.ropeway("directory", "users", "list", "--limit", "8")


def _hire(company: LiveCompany, system: System, teller: Teller) -> float:
    teller.heading("A hire")
    teller.say("From here on nobody runs anything: what changes in AD arrives by itself.")
    change = company.hire()
    took = _arrived(change, system, teller)
    teller.ropeway("directory", "users", "show", change.identifier)
    return took


def _shown(heading: str, act: Callable[[], Change], system: System, teller: Teller) -> float:
    teller.heading(heading)
    change = act()
    took = _arrived(change, system, teller)
    teller.ropeway("log", "-v", "--object", change.identifier, "--limit", "1")
    return took


def _leaver(company: LiveCompany, system: System, teller: Teller) -> float:
    teller.heading("A leaver")
    took = _arrived(company.leave(), system, teller)
    teller.say("The account is in the recycle bin for 30 days; back in AD, it comes back under the same id.")
    teller.ropeway("directory", "users", "list", "--deleted")
    return took


def _arrived(change: Change, system: System, teller: Teller) -> float:
    """Seconds from the write to AD until the service's API shows it."""
    arrival = change.arrival
    assert arrival is not None
    _until(lambda: _shows(system.control, arrival), system, f"the directory shows: {change.told}")
    took = time.monotonic() - arrival.began
    teller.say(f"{change.told} {took:.2f} s after that the directory has it.")
    return took


def _shows(control: Control, arrival: Arrival) -> bool:
    if not arrival.attribute:
        gone = control.list_objects("users", contains=arrival.person, deleted=True)
        return any(one["userPrincipalName"] == arrival.person for one in gone)
    try:
        found: Any = control.show_object("users", arrival.person).get(arrival.attribute)
    except RopewayError as error:
        if error.problem.code != "object-not-found":
            raise
        return False
    if isinstance(found, list):
        return any(one["displayName"] == arrival.value for one in found)
    return bool(found == arrival.value)


def _until(true: Callable[[], bool], system: System, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        system.must_run()
        if time.monotonic() > deadline:
            raise SystemExit(f"The demonstration ends here: {PATIENCE} s are over, and it is not so that {what}")
        time.sleep(0.01)
