"""Threads that meet a type at the same time: msgspec alone would end the process."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ropeway

SOURCE = Path(ropeway.__file__).parent
PLAIN = {"dict[str, Any]", "dict[str, object]", "list[Any]"}
"""Types without a class that msgspec would have to study."""

CROWD = """
import sys, threading
from dataclasses import make_dataclass
import msgspec
from ropeway.model.prepared import prepared

sys.setswitchinterval(1e-6)
for n in range(20):
    parts = [make_dataclass(f"Part{n}x{i}", [(f"a{j}", int | None, None) for j in range(8)]) for i in range(10)]
    whole = make_dataclass(f"Whole{n}", [(f"x{i}", part | None, None) for i, part in enumerate(parts)])
    start = threading.Barrier(8)

    def fill():
        start.wait()
        assert msgspec.convert({"x3": {"a1": 7}}, prepared(whole)).x3.a1 == 7

    crowd = [threading.Thread(target=fill) for _ in range(8)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
"""


def test_threads_that_meet_a_type_at_once_all_have_it_whole() -> None:
    done = subprocess.run([sys.executable, "-c", CROWD], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def unprepared(tree: ast.AST) -> list[int]:
    """The lines where msgspec is given a type that nobody has prepared."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for kind in given(node)
        if ast.unparse(kind) not in PLAIN and not ast.unparse(kind).startswith("prepared(")
    ]


def given(call: ast.Call) -> list[ast.expr]:
    """The type that a call of msgspec is to fill."""
    match ast.unparse(call.func).removeprefix("msgspec."):
        case "convert" if ast.unparse(call.func).startswith("msgspec."):
            return call.args[1:2]
        case "json.Decoder" | "msgpack.Decoder":
            return call.args[:1]
        case "json.decode" | "msgpack.decode":
            return [word.value for word in call.keywords if word.arg == "type"]
        case _:
            return []


@pytest.mark.parametrize("code", ["msgspec.convert(x, Settings)", "msgspec.json.decode(x, type=list[Message])"])
def test_a_type_that_nobody_prepared_is_found(code: str) -> None:
    assert unprepared(ast.parse(code)) == [1]


def test_every_type_that_msgspec_fills_is_prepared() -> None:
    files = [file for file in SOURCE.rglob("*.py") if file.name != "prepared.py"]
    found = {
        str(file.relative_to(SOURCE)): lines for file in files if (lines := unprepared(ast.parse(file.read_text())))
    }
    assert found == {}
