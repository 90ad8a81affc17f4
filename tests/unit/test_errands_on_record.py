"""What a worker did for somebody is in the audit trail with the id of the person who asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from ropeway.control.calls import BASE
from ropeway.control.in_process import open_database
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.permissions import AS_THE_PERSON, GLOBAL
from ropeway.service.errands import serve
from ropeway.store.bell import open_bell
from ropeway.store.database import Database
from ropeway.store.service_tables import audit
from tests.unit.ldif_office import OFFICE
from tests.unit.sign_in_office import Office, office

__all__ = ["office"]


@pytest.fixture
def database(office: Office) -> Iterator[Database]:
    """The office's state, with a worker that does errands."""
    database, stop = open_database(office.service.settings.state), threading.Event()
    bell = partial(open_bell, database)
    worker = threading.Thread(target=serve, args=(lambda _: office.control, database, bell, stop.is_set))
    worker.start()
    yield database
    stop.set()
    worker.join()
    database.close()


def test_who_had_a_job_run_is_on_record_by_id(office: Office, database: Database, tmp_path: Path) -> None:
    (tmp_path / "office.ldif").write_text(OFFICE)
    office.control.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(tmp_path / "office.ldif")})))
    boss = office.person("boss", GLOBAL)
    with office.service.client(token=office.token_for(boss, AS_THE_PERSON)) as client:
        answer = client.post(f"{BASE}/jobs/Contoso/run", json={})
    assert (answer.status_code, '"result":{' in answer.text) == (200, True)
    with database.read() as c:
        rows = c.execute(select(audit).where(audit.c.action == "run_job").order_by(audit.c.id)).all()
    assert [(row.who, row.who_id, row.outcome) for row in rows] == [("boss@contoso.test", boss, "success")]
    details = json.loads(rows[0].details)
    assert (details["address"], bool(details["login"])) == ("127.0.0.1", True)
