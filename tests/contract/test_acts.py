"""The audit trail on both databases: who did what to what over HTTPS, refused or not; and errands that block."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import select
from starlette.routing import BaseRoute

from ropeway.control.protocol import Control
from ropeway.model.job import JobSettings, Schedule, SourceSettings
from ropeway.model.problems import RopewayError
from ropeway.service import graph
from ropeway.service.errands import Watch, by_errand
from ropeway.service.parts import Parts
from ropeway.store.bell import open_bell
from ropeway.store.service_tables import audit
from tests.fixtures.service import Service, a_service
from tests.unit.ldif_office import OFFICE


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "office.ldif").write_text(OFFICE)
    with a_service(database_url, tmp_path) as running:
        yield running


@pytest.fixture
def control(service: Service) -> Iterator[Control]:
    with closing(service.client()) as client:
        yield client


@pytest.fixture
def settings(tmp_path: Path) -> JobSettings:
    return JobSettings("Contoso", SourceSettings("ldif", {"path": str(tmp_path / "office.ldif")}))


def trail(service: Service) -> list[tuple[str, str, str, str, dict[str, Any]]]:
    with service.database.read() as c:
        rows = c.execute(select(audit).order_by(audit.c.id)).all()
    assert all(row.request for row in rows)
    return [(row.who, row.action, row.subject, row.outcome, json.loads(row.details)) for row in rows]


def test_every_act_is_on_record_with_who_and_what_came_of_it(
    service: Service, control: Control, settings: JobSettings
) -> None:
    with service.worker():
        job = control.create_job(settings).id
        control.schedule_job("Contoso", Schedule(every=120))
        control.run_job("Contoso")
        for refused in (partial(control.approve, "Contoso", 7), partial(control.delete_job, "Fabrikam", keep=True)):
            with pytest.raises(RopewayError):
                refused()
    told = [(who, action, subject, outcome) for who, action, subject, outcome, _ in trail(service)]
    assert told == [
        ("zoe", "create_job", "Contoso", "success"),
        ("zoe", "change_job", job, "success"),
        ("zoe", "run_job", job, "success"),
        ("zoe", "approve", job, "hold-unknown"),
        ("zoe", "delete_job", "Fabrikam", "job-unknown"),
    ]
    assert trail(service)[1][4]["schedule"] == {"every": 120.0, "off": False}


def test_looking_is_no_act(service: Service, control: Control) -> None:
    control.jobs()
    control.domains()
    with service.worker(), pytest.raises(RopewayError):
        control.explain("nobody@contoso.test")
    assert trail(service) == []


def test_of_peoples_data_the_names_of_properties_are_kept(service: Service, control: Control) -> None:
    control.create_object("groups", {"displayName": "Secret project", "mailNickname": "sp"})
    ((_, _, _, _, details),) = trail(service)
    assert details.pop("address") == "127.0.0.1"
    assert details.pop("login")
    assert details == {"properties": ["displayName", "mailNickname"], "type": "groups"}


def test_what_no_worker_took_is_on_record_too(database_url: str, tmp_path: Path, settings: JobSettings) -> None:
    with a_service(database_url, tmp_path, lost_after=0.5) as service, closing(service.client()) as control:
        with pytest.raises(RopewayError):
            control.create_job(settings)
        told = [(action, outcome) for _, action, _, outcome, _ in trail(service)]
    assert told == [("create_job", "errand-not-taken")]


def test_an_errand_may_be_a_call_that_returns(service: Service, settings: JobSettings) -> None:
    parts = Parts(1, service.database, service.control, service.queue, time.time, service.url)
    call = by_errand(parts, Watch(service.database, partial(open_bell, service.database)))
    with service.worker():
        assert call("create_job", {"settings": settings}, "zoe").name == "Contoso"
        assert call("run_job", {"job": "Contoso"}, "zoe").result == "success"
        with pytest.raises(RopewayError) as raised:
            call("run_job", {"job": "Fabrikam"}, "zoe")
    assert raised.value.problem.code == "job-unknown"
    assert trail(service) == [], "whoever waits for it tells of it by its own name"


def test_an_act_in_graphs_shape_that_a_worker_does_is_on_record_once(
    database_url: str, tmp_path: Path, settings: JobSettings
) -> None:
    (tmp_path / "office.ldif").write_text(OFFICE)

    def of_graph(parts: Parts) -> list[BaseRoute]:
        return graph.routes(parts, by_errand(parts, Watch(parts.database, partial(open_bell, parts.database))))

    with a_service(database_url, tmp_path, more=of_graph) as service, service.worker():
        job = service.control.create_job(settings).id
        headers = {"Authorization": f"Bearer {service.token().reveal()}"}
        with httpx2.Client(verify=service.authority_context(), headers=headers, trust_env=False) as client:
            principal = client.get(f"{service.url}/v1.0/servicePrincipals?$filter=displayName eq 'Ropeway'").json()[
                "value"
            ][0]["id"]
            jobs = f"{service.url}/v1.0/servicePrincipals/{principal}/synchronization/jobs"
            assert client.delete(f"{jobs}/{job}").status_code == 204
            assert client.delete(f"{jobs}/{job}").status_code == 404
        told = [(who, action, subject, outcome) for who, action, subject, outcome, _ in trail(service)]
    assert told == [("zoe", "delete_job", job, "success"), ("zoe", "delete_job", job, "job-unknown")]


def test_an_errand_is_followed_where_that_is_preferred_and_is_on_record_with_its_outcome(
    service: Service, settings: JobSettings
) -> None:
    job = service.control.create_job(settings)
    service.control.run_job(job.id)
    headers = {"Authorization": f"Bearer {service.token().reveal()}", "Prefer": "respond-async"}
    with httpx2.Client(verify=service.authority_context(), headers=headers, trust_env=False) as client:
        found = client.get(f"{service.url}/v1.0/servicePrincipals?$filter=displayName eq 'Ropeway'").json()
        jobs = f"{service.url}/v1.0/servicePrincipals/{found['value'][0]['id']}/synchronization/jobs"
        begun = client.post(f"{jobs}/{job.id}/provisionOnDemand", json=_anna())
        assert (begun.status_code, begun.headers["Preference-Applied"], begun.content) == (202, "respond-async", b"")
        assert trail(service) == [], "it has no outcome yet"
        with service.worker():
            place = urlsplit(begun.headers["Location"]).path
            told = json.loads(client.get(f"{service.url}{place}").text.splitlines()[-1])
    assert told["result"]["object"].startswith("CN=Anna Berg,")
    assert [(who, action, about, end) for who, action, about, end, _ in trail(service)] == [
        ("zoe", "provision", job.id, "success")
    ]


def _anna() -> dict[str, Any]:
    return {"parameters": [{"subjects": [{"objectId": "CN=Anna Berg,DC=contoso,DC=test"}]}]}
