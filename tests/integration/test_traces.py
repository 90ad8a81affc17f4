"""One trace through every process: the command that was typed, the service, its worker, the agent beside the domain."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ropeway.agent import files
from ropeway.lab.domain import Domain
from tests.fixtures.collector import Collector, collecting
from tests.fixtures.gateway import domain_settings

pytestmark = pytest.mark.samba


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


class Installation:
    """A service and an agent as they are typed, each a process of its own."""

    def __init__(self, folder: Path, stack: ExitStack, endpoint: str) -> None:
        self._stack, self._endpoint = stack, endpoint
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL", "ROPEWAY"))}
        self._environment |= {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_STATE_HOME": str(folder / "state")}

    def typed(self, *words: str, stdin: str = "", traced: bool = False) -> Any:
        """What a command answers."""
        environment = self._environment | ({"OTEL_EXPORTER_OTLP_ENDPOINT": self._endpoint} if traced else {})
        ended = subprocess.run(
            [sys.executable, "-m", "ropeway", "--json", *words],
            env=environment, input=stdin, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert ended.returncode in (0, 3), ended.stderr
        return json.loads(ended.stdout)

    def started(self, *words: str) -> subprocess.Popen[str]:
        """A command that stays until the end."""
        command = [sys.executable, "-m", "ropeway", "--json", *words]
        process = subprocess.Popen(command, env=self._environment, stdout=subprocess.PIPE, text=True)
        self._stack.callback(process.communicate, timeout=60)
        self._stack.callback(process.send_signal, signal.SIGTERM)
        return process


def test_a_command_is_followed_into_the_service_its_worker_and_an_agent(
    contoso: Domain, collector: Collector, tmp_path: Path
) -> None:
    agent = tmp_path / "agent"
    with ExitStack() as stack:
        here = Installation(tmp_path, stack, collector.url)
        state = str(tmp_path / "ropeway.db")
        up = here.started("--state", state, "up", "--listen", "127.0.0.1:0", "--otlp", collector.url)
        assert up.stdout
        told = json.loads(up.stdout.readline())
        here.typed("login", stdin=told["link"] + "\n")
        (tmp_path / "ca.pem").write_text(here.typed("--state", state, "service", "ca")["certificate"])
        token = here.typed("agent", "token", contoso.dns_domain)["token"]
        said = ("--service", told["url"], "--ca-file", str(tmp_path / "ca.pem"), "--folder", str(agent))
        here.typed("agent", "register", "--token-file", "-", *said, stdin=token)
        settings = {
            "service": told["url"],
            "ca_file": str(tmp_path / "ca.pem"),
            "otlp": collector.url,
            "domains": {contoso.dns_domain: domain_settings(contoso)},
        }
        files.write_private(agent / files.SETTINGS, json.dumps(settings))
        here.started("agent", "run", "--folder", str(agent))
        create = ("job", "create", "active-directory", "--name", "Contoso", "--domain", contoso.dns_domain, "--agents")
        here.typed(*create)
        here.typed("job", "run", "Contoso", "--full", traced=True)
    [command] = [span for span in collector.spans if span.attributes.get("ropeway.command") == "ropeway job run"]
    trace = {span.name: span for span in collector.spans if span.trace == command.trace}
    reads = [span for span in collector.spans if span.attributes.get("ropeway.method") == "read"]
    [read] = [span for span in reads if span.trace == command.trace]
    way = ["command command", "command ask", "service request", "worker errand", "worker cycle", "worker import"]
    assert collector.way_to(read) == [*way, "agent call"]
    assert collector.way_to(trace["page"]) == [*way, "worker page"]
    assert int(read.attributes["ropeway.items"]) > 0
    assert read.attributes["ropeway.errand"] == str(trace["errand"].attributes["ropeway.errand"])
    by_itself = [collector.way_to(span) for span in reads if span is not read]
    assert by_itself in ([], [["worker cycle", "worker import", "agent call"]]), "the first run, if it was sooner"
