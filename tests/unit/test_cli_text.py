"""What a terminal, a pipe and a program get to see."""

from __future__ import annotations

import io
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.cli import output
from ropeway.cli.arguments import FLAGS, global_options_first, refuse_passwords
from ropeway.cli.environment import as_url
from ropeway.cli.exits import MEANING, OF_RESULT, Code, Refused
from ropeway.cli.main import main
from ropeway.cli.output import Heading, Table
from ropeway.cli.progress import ProgressLine
from ropeway.cli.render.words import without_domain
from ropeway.cli.safe import brief, cells, folded, safe, safe_json, several
from ropeway.cli.settings import guards, properties
from ropeway.cli.times import duration, local, since
from ropeway.control.protocol import Progress
from ropeway.model.job import Guard
from ropeway.model.state_url import place_of

HOSTILE = "Zoë\x1b]0;owned\x07\x1b[2J[red]Müller[/red]\u202e\x9b31m\r\n"


@given(st.text(st.characters()))
def test_no_text_at_all_can_steer_a_terminal(text: str) -> None:
    shown = safe(text)
    assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in shown)
    shown.encode("utf-8")


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_json_means_the_same_after_it_was_made_safe(text: str) -> None:
    document = json.dumps({"name": text}, ensure_ascii=False)
    assert json.loads(safe_json(document)) == {"name": text}
    assert "\x9b" not in safe_json(document)


@pytest.mark.parametrize("name", ["Zoë Müller", "张伟", "محمد الأحمد", "नम्रता", "می‌خواهم", "Владимир", "🚠"])
def test_a_name_in_any_script_is_shown_as_it_is(name: str) -> None:
    assert safe(name) == name


@given(st.text("aé张 ", max_size=90), st.integers(8, 40))
def test_a_folded_line_loses_nothing_and_fits(line: str, width: int) -> None:
    rows = folded(line, width)
    assert "".join(rows).replace(" ", "") == line.replace(" ", "")
    assert all(cells(row.strip()) <= width for row in rows)


def test_a_line_is_folded_between_words() -> None:
    assert folded("  It is locked. Unlock it.", 16) == ["  It is locked.", "    Unlock it."]
    assert folded("abcdefghijkl", 8) == ["abcdefgh", "ijkl"]
    assert folded("", 8) == [""]


def test_a_hostile_name_stays_text_in_lines_headings_and_tables(capsys: pytest.CaptureFixture[str]) -> None:
    output.write([HOSTILE, Heading(HOSTILE), Table(("Name", "Mail"), [(HOSTILE, "z@contoso.test")])])
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\x9b" not in printed
    assert printed.count("[red]Müller[/red]") == 3


def test_a_hostile_name_stays_text_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_json({"displayName": HOSTILE})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"displayName": HOSTILE}
    assert not set(printed.rstrip("\n")) & set("\x1b\x9b\r\n\x07")


def test_a_row_in_a_pipe_is_one_line_without_colour(capsys: pytest.CaptureFixture[str]) -> None:
    output.write([Table(("DN", "State"), [("CN=" + "x" * 300, "ok")])])
    assert capsys.readouterr().out.splitlines()[1] == f"CN={'x' * 300}  ok"


def test_columns_stand_below_each_other_in_every_script(capsys: pytest.CaptureFixture[str]) -> None:
    names = ["Zoë", "张伟", "नम्रता", "Zoe\u0308"]
    output.write([Table(("Name", "N"), [(name, "1") for name in names], numbers=frozenset({"N"}))])
    ends = {cells(line) for line in capsys.readouterr().out.splitlines()}
    assert len(ends) == 1


def test_a_long_value_is_cut_and_a_long_list_says_how_many_more() -> None:
    assert brief("x" * 1000) == "x" * 199 + "…"
    assert several(list("abcdefgh")) == "a, b, c, d, e and 3 more"
    assert (brief(None), brief(True), brief(b"abc")) == ("(empty)", "true", "(3 bytes)")


def test_the_domain_of_a_dn_is_left_out_only_where_it_is_one() -> None:
    assert without_domain(r"CN=Zoë\, Müller,OU=Sales,DC=contoso,DC=test") == r"CN=Zoë\, Müller,OU=Sales"
    assert without_domain(r"CN=a\,DC=b,OU=x") == r"CN=a\,DC=b,OU=x"
    assert without_domain("DC=contoso,DC=test") == "DC=contoso"


# the command line as typed


@given(st.lists(st.sampled_from(["job", "list", "--name", "x", "--", *FLAGS]), max_size=8))
def test_moving_global_options_to_the_front_loses_and_invents_nothing(words: list[str]) -> None:
    moved = global_options_first(words)
    assert sorted(moved) == sorted(words)
    assert [w for w in moved if w not in FLAGS] == [w for w in words if w not in FLAGS]
    assert global_options_first(moved) == moved or "--" in words


def test_the_state_moves_with_its_value() -> None:
    assert global_options_first(["job", "list", "--state", "a.db"]) == ["--state", "a.db", "job", "list"]
    assert global_options_first(["job", "list", "--state=a.db"]) == ["--state=a.db", "job", "list"]


def test_the_name_of_a_password_file_is_welcome() -> None:
    refuse_passwords(["job", "create", "--password-file", "/etc/ropeway/password"])
    with pytest.raises(Refused, match="--password-file"):
        refuse_passwords(["job", "create", "--password"])


def test_a_state_is_a_file_or_a_database() -> None:
    assert as_url("/srv/ropeway.db") == "sqlite:////srv/ropeway.db"
    assert as_url("postgres://ropeway@db/ropeway") == "postgresql://ropeway@db/ropeway"
    with pytest.raises(Refused, match="mysql"):
        as_url("mysql://db")


def test_a_state_is_shown_without_its_password() -> None:
    assert place_of("postgresql://zoe:hunter2@db:5432/r") == "postgresql://zoe@db:5432/r"
    assert place_of("postgresql://db/r?password=hunter2&sslmode=require") == "postgresql://db/r"
    assert place_of("postgresql:///r?host=/run/postgresql&user=zoe") == "postgresql:///r?host=/run/postgresql"
    assert place_of("postgresql://zoe:hunter2@[::1]:x/r") == "postgresql://zoe@[::1]:x/r"
    assert place_of("postgresql://zoe:hunter2@[::1/r") == ""
    assert place_of("sqlite:////var/lib/ropeway/ropeway.db") == "/var/lib/ropeway/ropeway.db"


def test_every_exit_code_has_its_sentence_and_every_result_its_code() -> None:
    assert set(MEANING) == set(Code)
    assert set(OF_RESULT.values()) <= set(Code)


# settings


def test_a_guard_says_only_what_differs_from_the_default() -> None:
    assert guards(["deletes=50"]).deletes == Guard(50)
    assert guards(["deletes=50/5%"]).deletes == Guard(50, 5)
    assert guards(["group.members=9/1%/2"]).of("members", "group") == Guard(9, 1, 2)


@pytest.mark.parametrize("text", ["deletes", "deletes=", "deletes=-1", "printers.deletes=5", "deletes=5/101%", "x=1"])
def test_a_guard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="--guard"):
        guards([text])


@pytest.mark.parametrize("text", ["displayName", "=x", "passwordProfile:={}", "x:={"])
def test_a_property_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="--set"):
        properties([text])


# times


def test_times_are_local_and_name_their_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert local(None) == "never"
    assert local("2026-11-21T06:00:00Z").startswith("2026-11-2")
    assert len(local("2026-11-21T06:00:00Z").split()) == 3


def test_since_takes_ages_and_dates() -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert since("2h", now) == "2026-01-31T10:00:00Z"
    assert since("3d", now) == "2026-01-28T12:00:00Z"
    assert since("2026-01-31T08:00+01:00") == "2026-01-31T07:00:00Z"
    with pytest.raises(Refused, match="2h"):
        since("lately")


def test_durations_are_readable() -> None:
    assert [duration(s) for s in (0.012, 3.21, 75, 7300)] == ["12 ms", "3.2 s", "1 min 15 s", "2 h 1 min"]


# progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def counting(stream: io.StringIO, *, seconds: float, quiet: bool = False) -> str:
    moments = iter(range(100))
    line = ProgressLine(stream=stream, clock=lambda: next(moments) * seconds, quiet=quiet)
    for done in range(0, 1001, 100):
        line(Progress("import", done, 1000))
    line.close()
    return stream.getvalue()


def test_progress_on_a_terminal_counts_on_one_line_with_rate_and_bar() -> None:
    shown = counting(Terminal(), seconds=1)
    assert "━━━━━━━━━━━━──────────── 500 of 1,000  83/s" in shown
    assert shown.count("\n") == 1
    assert shown.endswith("1,000 of 1,000  91/s  in 11.0 s\n")


def test_quick_work_leaves_nothing_behind() -> None:
    assert counting(io.StringIO(), seconds=0.01) == ""
    assert counting(Terminal(), seconds=0.01).endswith("\r\x1b[K")


def test_progress_into_a_file_is_a_line_now_and_then() -> None:
    shown = counting(io.StringIO(), seconds=5)
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 6


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_what_is_waited_for_is_a_line_of_its_own_said_once(stream: io.StringIO) -> None:
    line = ProgressLine(stream=stream)
    for _ in range(3):
        line(Progress("waiting", 0, note="The job waits for an agent"))
    line(Progress("waiting", 0, note="It waits for another"))
    line.close()
    assert stream.getvalue().replace("\r\x1b[K", "").splitlines() == [
        "The job waits for an agent",
        "It waits for another",
    ]


def test_quiet_is_quiet() -> None:
    assert counting(Terminal(), seconds=1, quiet=True) == ""


def test_the_version_can_be_asked_for_as_of_every_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    asked = capsys.readouterr().out.strip()
    assert main(["version"]) == 0
    assert capsys.readouterr().out.startswith(f"{asked} (Python ")


# a narrow terminal


JOBS = Table(
    ("Job", "Source", "Last success", "Linked"),
    [("Contoso-Headquarters", "active-directory contoso.test", "2026-11-21 06:00:00 UTC", "990")] * 2,
    numbers=frozenset({"Linked"}),
)


@pytest.mark.parametrize(("width", "lines"), [(120, 3), (60, 5), (40, 11)])
def test_a_table_has_a_line_for_each_cell_where_its_columns_would_be_slivers(
    width: int, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", str(width))
    output.write([JOBS])
    shown = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()
    assert (len(shown), max(map(len, shown)) <= width) == (lines, True)
    if width == 40:
        assert shown[0].split() == ["Job", "Contoso-Headquarters"]


def test_a_line_that_counts_fits_into_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (60, 40, 30):
        monkeypatch.setenv("COLUMNS", str(width))
        for line in counting(Terminal(), seconds=1).replace("\r\x1b[K", "\n").splitlines():
            assert len(line) < width
