"""An agent operated by commands of its machine: checked, asked for logs, given a proxy, registered anew."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ropeway.agent.service import Service as FromAgent
from ropeway.agent.sessions import Line
from ropeway.agent.settings import read
from ropeway.lab import accounts
from ropeway.lab.domain import Domain
from tests.fixtures.gateway import Beside, Service, a_service, an_agent, change_settings, running, wait_until
from tests.fixtures.proxy import Proxy, a_proxy

pytestmark = pytest.mark.samba


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path) as service:
        yield service


@pytest.fixture
def agent(service: Service, contoso: Domain, tmp_path: Path) -> Beside:
    return an_agent(service, tmp_path / "agent", contoso)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with a_proxy() as proxy:
        yield proxy


def typed(*words: str, stdin: str = "") -> tuple[int, Any]:
    """Exit code and record of `ropeway agent …`."""
    command = [sys.executable, "-m", "ropeway", "--json", "agent", *words]
    ended = subprocess.run(command, capture_output=True, text=True, input=stdin, timeout=60)
    return ended.returncode, json.loads(ended.stdout) if ended.stdout else ended.stderr


def checked(*words: str) -> tuple[int, dict[str, str]]:
    """Exit code, and by check the status, with the problem's code where there is one."""
    code, record = typed("check", *words)
    return code, {line["check"]: f"{line['status']} {line.get('code', '')}".strip() for line in record}


def test_a_machine_that_is_to_become_an_agent(service: Service, tmp_path: Path) -> None:
    said = ("--service", service.url, "--ca-file", str(service.authority), "--folder", str(tmp_path / "new"))
    code, found = checked(*said)
    assert code == 0
    assert found.pop("registration") == "warning agent-not-yet"
    assert found.pop("process") == "warning agent-not-running"
    assert set(found.values()) == {"ok"}
    assert "answer of the service" in found
    assert not (tmp_path / "new").exists(), "looking changes nothing"


def test_an_agent_at_work(agent: Beside, contoso: Domain) -> None:
    with running(agent):
        code, found = checked("--folder", str(agent.folder))
    assert (code, set(found.values())) == (0, {"ok"})
    domain = contoso.dns_domain
    for line in ("sign-in at the service", "process", "clock", f"controllers of {domain}", f"sign-in at {domain}"):
        assert line in found


def test_people_get_a_line_for_each_check_with_its_remedy(agent: Beside) -> None:
    change_settings(agent, domains={"contoso.test": {}})
    command = [sys.executable, "-m", "ropeway", "agent", "check", "--folder", str(agent.folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    head, *rows, sums = ended.stdout.splitlines()
    assert head.split() == ["Check", "Result", "Found", "What", "to", "do"]
    [failed] = [row for row in rows if " failed " in row]
    assert failed.startswith("account for contoso.test")
    assert "Add the domain with its user and password_file" in failed
    assert (ended.returncode, sums) == (7, "9 ok, 1 warning, 1 failed.")


def test_looking_whether_an_agent_is_let_in_is_no_sign_of_life(service: Service, agent: Beside) -> None:
    before = service.control.agent(agent.id)
    service.clock.ahead = 60.0
    assert checked("--folder", str(agent.folder))[1]["sign-in at the service"] == "ok"
    assert service.control.agent(agent.id) == before
    with closing(FromAgent(read(agent.folder))) as way:
        Line(agent.folder, way).session()
    assert service.control.agent(agent.id).last_seen != before.last_seen


def test_an_agent_that_was_removed_is_registered_anew_in_one_command(service: Service, agent: Beside) -> None:
    service.control.remove_agent(agent.id)
    code, found = checked("--folder", str(agent.folder))
    assert (code, found["sign-in at the service"]) == (7, "failed agent-removed")
    token = service.token().reveal()
    code, made = typed("register", "--anew", "--token-file", "-", "--folder", str(agent.folder), stdin=token)
    assert (code, made["agent"] != agent.id, made["former"], made["retired"]) == (0, True, agent.id, True)
    assert checked("--folder", str(agent.folder))[1]["sign-in at the service"] == "ok"


def anew(service: Service, agent: Beside) -> Any:
    code, made = typed(
        "register", "--anew", "--token-file", "-", "--folder", str(agent.folder), stdin=service.token().reveal()
    )
    assert code == 0
    return made


def test_an_agent_that_registers_anew_takes_its_former_self_off_the_list(service: Service, agent: Beside) -> None:
    with running(agent):
        made = anew(service, agent)
        assert (made["former"], made["retired"]) == (agent.id, True)
        assert {a.id: a.status for a in service.control.agents()} == {agent.id: "removed", made["agent"]: "active"}
        wait_until(lambda: service.gateway.waits(made["agent"]), "the process goes on as the new one, not restarted")
        assert agent.process is not None
        assert agent.process.poll() is None
    [act] = service.control.audit()
    assert (act.action, act.subject, act.details["because"]) == ("remove_agent", agent.id, "registered anew")


def test_an_agent_whose_certificate_has_expired_takes_it_off_the_list_too(tmp_path: Path) -> None:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path, lifetime=30.0) as service:
        agent = an_agent(service, tmp_path / "agent")
        service.clock.ahead = 60.0
        assert checked("--folder", str(agent.folder))[1]["sign-in at the service"] == "failed agent-certificate-expired"
        assert anew(service, agent)["retired"]
        assert service.control.agent(agent.id).status == "removed"


def test_rights_that_the_account_lacks_are_named(service: Service, own_contoso: Domain, tmp_path: Path) -> None:
    agent = an_agent(service, tmp_path / "agent", own_contoso)
    humble = accounts.add(own_contoso, "humble")
    account = {"servers": [own_contoso.address], "ca_file": str(own_contoso.ca_file), "user": humble.user}
    name = own_contoso.dns_domain
    change_settings(agent, domains={name: account | {"password_file": str(humble.password_file)}})
    code, found = checked("--folder", str(agent.folder))
    assert code == 0, "it works, in a lesser way"
    assert found[f"how changes of {name} are found"] == "warning slower-way-of-changes"
    assert found[f"deletions in {name}"] == "warning deletions-unseen"


def test_a_folder_has_one_process(agent: Beside) -> None:
    with running(agent):
        second = subprocess.run(
            [sys.executable, "-m", "ropeway", "agent", "run", "--folder", str(agent.folder)],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert agent.process is not None
        assert second.returncode == 1
        assert f"Process {agent.process.pid} is the agent" in second.stderr
    assert checked("--folder", str(agent.folder))[1]["process"] == "warning agent-not-running"


def test_a_proxy_is_set_and_taken_away(agent: Beside, proxy: Proxy, tmp_path: Path) -> None:
    proxy.login = ("ropeway", "Zürich 1")
    file = tmp_path / "proxy-password"
    file.touch(mode=0o600)
    file.write_text("Zürich 1")
    place = ("--folder", str(agent.folder))
    address = proxy.url.replace("://", "://ropeway@")
    kept = "# kept\n" + (agent.folder / "agent.yaml").read_text()
    (agent.folder / "agent.yaml").write_text(kept)
    assert typed("proxy", address, "--proxy-password-file", str(file), *place)[0] == 0
    assert (agent.folder / "agent.yaml").read_text().startswith("# kept\n")
    code, found = checked(*place)
    assert (code, found["way through the proxy"]) == (0, "ok")
    assert typed("proxy", proxy.url, *place)[0] == 0
    assert checked(*place)[1]["way through the proxy"] == "failed proxy-wants-credentials"
    assert typed("proxy", "--off", *place)[0] == 0
    assert "way through the proxy" not in checked(*place)[1]
    assert read(agent.folder).domains, "what stood around it stays"


def test_what_support_gets_holds_no_secret(agent: Beside, contoso: Domain, tmp_path: Path) -> None:
    secret = contoso.administrator_password().reveal()
    account = read(agent.folder).domains[contoso.dns_domain]
    target = tmp_path / "support.zip"
    with running(agent):
        change_settings(agent, domains={contoso.dns_domain: account, "fabrikam.test": {"user": "zoe", "pass": secret}})
        code, record = typed("logs", "--folder", str(agent.folder), "--output", str(target))
    assert (code, record["failed"]) == (0, 1)
    assert target.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(target) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(parts) == {"agent.log", "checks.json", "checks.txt", "settings.yaml", "about.json"}
    assert "waiting for calls by websocket" in parts["agent.log"]
    assert parts["agent.log"].count("\n") == record["lines"]
    assert "(not shown)" in parts["settings.yaml"]
    key = (agent.folder / "identity.pem").read_text().splitlines()[1]
    for text in parts.values():
        assert secret not in text
        assert key not in text


def test_the_level_is_raised_for_a_while_and_goes_back_by_itself(
    service: Service, agent: Beside, tmp_path: Path
) -> None:
    with running(agent):
        command = [sys.executable, "-m", "ropeway", "agent", "logs", "--folder", str(agent.folder)]
        target = tmp_path / "support.zip"
        raising = subprocess.Popen([*command, "--level", "debug", "--for", "10m", "--output", str(target)])
        wait_until(lambda: "the trace level is debug" in agent.log(), "the agent writes more")
        with closing(service.source()) as source:
            source.describe()
        raising.send_signal(signal.SIGINT)
        assert raising.wait(60) == 0
        wait_until(lambda: "the trace level is info" in agent.log(), "the agent writes as before")
    with zipfile.ZipFile(target) as archive:
        assert "describe of contoso.test" in archive.read("agent.log").decode()


def test_a_level_whose_time_is_over_counts_no_more_though_nobody_took_it_back(agent: Beside) -> None:
    (agent.folder / "trace").mkdir(mode=0o700)
    level = agent.folder / "trace" / "level"
    level.write_text("debug 1.0\n")
    with running(agent):
        assert "the trace level is info" in agent.log()
        level.write_text(f"debug {2 * 10**10}\n")
        wait_until(lambda: "the trace level is debug" in agent.log(), "the agent writes more")
