"""Lines of the log: JSON or words, with the ids of what is being done, and without secrets."""

from __future__ import annotations

import io
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import structlog

from ropeway.control.in_process import open_control
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.secret import Secret
from ropeway.telemetry import logs, telling
from ropeway.telemetry.correlation import bound, in_this_context
from ropeway.telemetry.seldom import Seldom
from ropeway.telemetry.tracing import carry, within
from tests.unit.ldif_office import OFFICE

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What was written; logging is as it was afterwards."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def lines(stream: io.StringIO) -> Read:
    logs.configure("json", stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_and_fields(lines: Read) -> None:
    logging.getLogger("ropeway.test").warning("disk is %s", "full", extra={"free": 0})
    (line,) = lines()
    assert line["time"].endswith("Z")
    assert (line["level"], line["event"], line["free"], line["logger"]) == (
        "warning",
        "disk is full",
        0,
        "ropeway.test",
    )


def test_structlog_and_logging_end_in_the_same_place(lines: Read) -> None:
    structlog.get_logger("ropeway.test").info("agent registered", domain="contoso.test")
    assert lines()[0]["domain"] == "contoso.test"


def test_every_line_says_which_job_cycle_and_request_it_is_about(lines: Read) -> None:
    with bound(request="r-1"), bound(job="Contoso", cycle=7):
        logging.getLogger("ropeway.test").info("exported")
    logging.getLogger("ropeway.test").info("idle")
    inside, outside = lines()
    assert (inside["request"], inside["job"], inside["cycle"]) == ("r-1", "Contoso", 7)
    assert "job" not in outside


def test_the_end_of_a_cycle_says_which_it_was(lines: Read, tmp_path: Path) -> None:
    file = tmp_path / "office.ldif"
    file.write_text(OFFICE)
    with closing(open_control(f"sqlite:///{tmp_path}/state.sqlite")) as control:
        control.create_job(JobSettings("Office", SourceSettings("ldif", {"path": str(file)})))
        control.run_job("Office")
    (line,) = [line for line in lines() if line["event"] == "cycle ended"]
    assert (line["job"], line["cycle"]) == ("Office", 1)


def test_a_thread_goes_on_with_what_it_was_started_for(lines: Read) -> None:
    with bound(job="Contoso"):
        thread = threading.Thread(target=in_this_context(lambda: logging.getLogger("ropeway.test").info("read")))
    thread.start()
    thread.join()
    assert lines()[0]["job"] == "Contoso"


def test_another_process_goes_on_with_the_request_that_asked_for_it(lines: Read) -> None:
    with bound(request="r-1", job="Contoso"):
        text = carry()
    with within(text):
        logging.getLogger("ropeway.test").info("errand taken")
    assert lines()[0]["request"] == "r-1"
    assert "job" not in lines()[0]


@pytest.mark.parametrize("text", ["", "nonsense", "request=", "request=a\nb", "traceparent=1", "x" * 5_000, "=;=;"])
def test_a_carried_text_that_cannot_be_read_is_passed_over(lines: Read, text: str) -> None:
    with within(text):
        logging.getLogger("ropeway.test").info("taken")
    assert lines()[0]["event"] == "taken"


def test_a_secret_is_never_in_a_line(stream: io.StringIO) -> None:
    for form in ("json", "text"):
        logs.configure(form, stream=stream)
        log = logging.getLogger("ropeway.test")
        log.error("bind as %s", Secret("pa55"), extra={"password": Secret("pa55"), "all": {"deep": [Secret("pa55")]}})
    assert "pa55" not in stream.getvalue()
    assert stream.getvalue().count("Secret(...)") == 6


def test_a_traceback_tells_the_place_and_no_values(lines: Read) -> None:
    def connect(password: str) -> None:
        raise ConnectionError(f"refused after {len(password)} characters")

    try:
        connect("pa" + "55")
    except ConnectionError:
        logging.getLogger("ropeway.test").exception("no connection")
    assert "in connect" in lines()[0]["exception"]
    assert "pa55" not in lines()[0]["exception"]


def test_a_name_cannot_forge_a_line_or_steer_a_terminal(stream: io.StringIO) -> None:
    logs.configure("text", stream=stream)
    logging.getLogger("ropeway.test").info("read", extra={"dn": "CN=x\n2026 error all lost \x1b[2J"})
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_text_that_is_no_unicode_is_told_all_the_same(lines: Read) -> None:
    logging.getLogger("ropeway.test").info("read", extra={"dn": "CN=\udc80", "what": {1j: object()}})
    assert lines()[0]["dn"] == "CN=\\udc80"


def test_journald_gets_its_priority_and_keeps_the_time_itself(stream: io.StringIO) -> None:
    logs.configure("text", stream=stream, journal=True)
    logging.getLogger("ropeway.test").error("stopped")
    assert stream.getvalue() == "<3>error stopped logger=ropeway.test\n"


def test_journald_is_known_by_what_the_stream_is_connected_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "JOURNAL", str(tmp_path / "journal"))
    with socket.socket(socket.AF_UNIX) as journal, socket.socket(socket.AF_UNIX) as stream:
        journal.bind(telling.JOURNAL)
        journal.listen()
        stream.connect(telling.JOURNAL)
        with stream.makefile("w") as written, (tmp_path / "file").open("w") as file:
            assert telling.is_journal(written)
            assert not telling.is_journal(file)
    assert not telling.is_journal(io.StringIO())


def test_the_access_log_of_the_web_server_which_tells_query_strings_is_silent(lines: Read) -> None:
    logging.getLogger("uvicorn.access").info('GET /?token=rw_x HTTP/1.1" 200')
    logging.getLogger("httpx2").info("HTTP Request: GET https://x/?token=rw_x")
    assert lines() == []


def test_what_is_met_again_and_again_is_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [100.0]
    seldom = Seldom(logging.getLogger("tests.seldom"), lambda: now[0])
    for now[0] in (100.0, 101.0, 159.9, 160.0, 161.0):
        seldom.warning("The database is away: %s", now[0])
        seldom.warning("Another matter")
    told = [f"The database is away: {time}" for time in (100.0, 160.0)]
    assert caplog.messages == [told[0], "Another matter", told[1], "Another matter"]
