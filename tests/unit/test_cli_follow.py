"""`ropeway run` in a process of its own: it stays, and it ends when it is asked to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = """
import sys, time
from tests.unit.cli_company import Company
from ropeway.cli import session
from ropeway.cli.main import main

company = Company()
company.during_keep_in_step = lambda: time.sleep(0.01)
session.connect = lambda url, ask, *more: company
code = main(sys.argv[1:])
print("closed" if company.closed else "left open", file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def staying(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "ROPEWAY_STATE": str(tmp_path / "r.db")}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "run", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_it_is_asked_to(staying: subprocess.Popen[str], number: signal.Signals) -> None:
    assert staying.stdout
    assert json.loads(staying.stdout.readline())["job"] == "Contoso"
    staying.send_signal(number)
    out, err = staying.communicate(timeout=30)
    assert staying.returncode == 0
    assert all(json.loads(line)["job"] == "Contoso" for line in out.splitlines())
    assert err.endswith("Ended. What changes from now on is read at the next start.\nclosed\n")


def test_a_reader_that_goes_away_is_no_defect(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "ROPEWAY_STATE": str(tmp_path / "r.db")}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "run", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=30) == 0
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()


def test_help_imports_neither_database_nor_ldap_nor_rich() -> None:
    program = (
        "import sys; from ropeway.cli.main import main; main(['--help']); "
        "late = ('rich', 'sqlalchemy', 'ldap', 'dns', 'ropeway.cli.lab', 'ropeway.cli.directory'); "
        "print([name for name in late if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"
