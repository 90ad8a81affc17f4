"""Directory synchronization is switched off while somebody pulls the plug: whoever opens the state ends it."""

from __future__ import annotations

import multiprocessing
from contextlib import closing
from pathlib import Path

import pytest

from ropeway.control.in_process import InProcess, open_database
from ropeway.control.protocol import SynchronizationChange
from ropeway.control.sources import FromHere
from ropeway.directory import releasing
from ropeway.store.tenants import HOME
from tests.crash.child import count_commits
from tests.fixtures.tenants import filled

pytestmark = pytest.mark.slow
_fork = multiprocessing.get_context("forkserver")
PEOPLE = 30


def switch_off(url: str, at: int) -> None:
    """In portions of five, with an end at the given commit."""
    releasing.AT_ONCE = 5
    with closing(open_database(url)) as database:
        control = InProcess(database, FromHere())
        count_commits(at, "after")
        control.change_synchronization(SynchronizationChange(enabled=False))


def synchronised(control: InProcess) -> set[object]:
    return {one.get("onPremisesSyncEnabled") for one in control.list_objects("users", limit=999)}


def test_deactivation_cut_short_is_ended_by_whoever_opens_the_state(database_url: str, tmp_path: Path) -> None:
    with closing(open_database(database_url)) as database:
        filled(database, HOME, tmp_path, people=PEOPLE)
    for at in (1, 3):
        process = _fork.Process(target=switch_off, args=(database_url, at))
        process.start()
        process.join(60)
        assert process.exitcode == -9
        with closing(open_database(database_url)) as database:
            control = InProcess(database, FromHere())
            assert synchronised(control) == {False}
            assert not control.synchronization().enabled
            people = len(control.list_objects("users", limit=999))
            control.change_synchronization(SynchronizationChange(enabled=True))
            control.run_job("Contoso")
            assert synchronised(control) == {True}
            assert len(control.list_objects("users", limit=999)) == people
