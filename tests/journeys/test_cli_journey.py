"""What an administrator sees at a terminal, from the first export to an accident that was held."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.control import room
from ropeway.lab.company import Record, Size, company
from ropeway.lab.company.ldif import export
from ropeway.store.database import Database
from ropeway.store.state import SqlState

SMALL = Size(people=60, groups=6, contacts=3, computers=4, members=5, service_accounts=1)


@dataclass
class Office:
    """An export of a company of 60, and a terminal."""

    file: Path
    capsys: pytest.CaptureFixture[str]
    records: list[Record]

    def write(self, records: list[Record] | None = None) -> None:
        written = self.file.with_suffix(".new")
        written.write_bytes(b"".join(export(records or self.records, seed=1, dns_domain="contoso.test")))
        written.replace(self.file)

    def run(self, *words: str) -> tuple[int, str, str]:
        """A command; its exit code, stdout and stderr."""
        self.capsys.readouterr()
        code = main(words)
        said = self.capsys.readouterr()
        return code, said.out, said.err

    def read(self, *words: str) -> Any:
        """What a command answers in JSON."""
        code, out, err = self.run(*words, "--json")
        assert code in (Code.OK, Code.HELD), err
        return json.loads(out)

    def users(self) -> list[dict[str, Any]]:
        return self.read("directory", "users", "list", "--limit", "1000")


@pytest.fixture
def office(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, database_url: str
) -> Office:
    monkeypatch.setenv("ROPEWAY_STATE", database_url)
    office = Office(tmp_path / "company.ldif", capsys, list(company(SMALL)))
    office.write()
    assert office.run("directory", "domains", "add", "contoso.test")[0] == 0
    assert office.run("directory", "domains", "verify", "contoso.test")[0] == 0
    created = office.run("job", "create", "ldif", "--name", "Contoso", "--path", str(office.file))
    assert created[0] == 0, created
    return office


def test_the_plan_comes_true_and_then_there_is_nothing_left_to_plan(office: Office) -> None:
    planned = office.read("job", "plan", "Contoso")["counts"]
    assert planned["create user"] == SMALL.people  # service accounts stay out by default
    assert office.users() == []
    assert office.read("job", "run", "Contoso")["result"] == "success"
    assert len(office.users()) == planned["create user"]
    assert office.read("job", "plan", "Contoso")["counts"] == {}
    assert "in step: there is nothing to write" in office.run("job", "plan", "Contoso")[1]


def test_one_new_title_is_one_change_with_its_story(office: Office) -> None:
    office.run("job", "run", "Contoso")
    person = next(r for r in office.records if r.kind == "user" and r.number == 9)
    upn = str(person.attributes["userPrincipalName"][0])
    person.attributes["title"] = ["Head of Ropes"]
    office.write()
    assert "→ Head of Ropes" in office.run("job", "plan", "Contoso")[1]
    assert office.read("job", "run", "Contoso")["exported"] == {"update": 1}
    assert "jobTitle = Head of Ropes" in office.run("log", "-v", "--object", upn)[1]
    assert "jobTitle: Head of Ropes\n      from [title]" in office.run("explain", upn)[1]


def test_an_export_that_lost_half_the_company_is_held_and_the_command_shown_approves_it(office: Office) -> None:
    office.run("job", "run", "Contoso")
    before = len(office.users())
    left = [r for r in office.records if r.kind != "user" or r.number < 30]
    office.write(left)
    code, out, _ = office.run("job", "run", "Contoso")
    assert code == Code.HELD
    assert "ropeway job holds Contoso" in out
    assert len(office.users()) == before
    shown = office.run("job", "holds", "Contoso")[1]
    for command in re.findall(r"ropeway (job approve .+)", shown):
        assert office.run(*command.split(), "--yes")[0] == 0
    assert office.run("job", "run", "Contoso")[0] == 0
    assert len(office.users()) < before - 20


def test_a_name_full_of_escape_sequences_reaches_no_terminal(office: Office) -> None:
    person = next(r for r in office.records if r.kind == "user" and r.number == 9)
    upn = str(person.attributes["userPrincipalName"][0])
    person.attributes["displayName"] = ["Zoë\x1b]0;owned\x07[red]"]
    office.write()
    office.run("job", "run", "Contoso")
    for words in (["log", "-v"], ["explain", upn], ["directory", "users", "list"], ["directory", "users", "show", upn]):
        assert "\x1b" not in "".join(map(str, office.run(*words)))


def test_a_run_by_hand_is_given_room_by_the_process_that_keeps_the_job_in_step(office: Office) -> None:
    with following("run", "Contoso") as process:
        assert process.stdout
        process.stdout.readline()
        for _ in range(2):
            code, out, err = office.run("job", "run", "Contoso")
            assert code == Code.OK, err
            assert "nothing to do" in out
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert "Another process" not in rest


def test_a_job_that_another_process_is_busy_with_says_so_and_by_its_exit_code(
    office: Office, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LONGEST_WAIT", 0.3)
    database = Database(database_url)
    busy = SqlState(database, 1, 1)
    busy.acquire("dc-sync process 7 (abc)", [])
    code, _, err = office.run("job", "run", "Contoso")
    assert code == Code.RUNNING_ELSEWHERE, err
    assert "dc-sync process 7 (abc) has had it since 20" in err
    busy.release()
    database.close()
    assert office.run("job", "run", "Contoso")[0] == Code.OK


def test_a_change_arrives_while_ropeway_run_stays(office: Office) -> None:
    with following("run", "--json") as process:
        assert process.stdout
        assert json.loads(process.stdout.readline())["exported"]["create"] > 60
        person = next(r for r in office.records if r.kind == "user" and r.number == 9)
        person.attributes["title"] = ["Head of Ropes"]
        office.write()
        assert json.loads(process.stdout.readline())["exported"] == {"update": 1}
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0


def test_the_job_goes_and_its_people_stay_or_go_as_was_said(office: Office) -> None:
    office.run("job", "run", "Contoso")
    before = len(office.users())
    assert office.run("job", "delete", "Contoso", "--keep", "--yes")[0] == 0
    assert len(office.users()) == before
    assert office.read("job", "list") == []


def test_what_the_source_does_not_have_is_refused_when_the_job_is_created(office: Office) -> None:
    words = ["--name", "Other", "--path", str(office.file), "--container", "OU=Nowhere,DC=contoso,DC=test"]
    code, _, err = office.run("job", "create", "ldif", *words)
    assert code == Code.FAILED
    assert "OU=Nowhere" in err
    assert len(office.read("job", "list")) == 1


def following(*words: str) -> subprocess.Popen[str]:
    """`ropeway …` in a process of its own."""
    command = [sys.executable, "-m", "ropeway", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
