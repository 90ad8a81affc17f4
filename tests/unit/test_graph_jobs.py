"""Synchronization jobs as scripts written for Microsoft Graph see them."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import httpx2
import msgspec
import pytest

from ropeway.control.connection import Connection
from ropeway.control.in_process import TENANT
from ropeway.control.wire.sending import Request
from ropeway.engine.lifecycle.standing import Quarantine, Reason
from ropeway.model.job import Schedule
from ropeway.model.problems import Problem, RopewayError
from ropeway.service.app import application
from ropeway.service.graph import routes
from ropeway.service.graph.durations import seconds_of, told_duration
from ropeway.store.lifecycle import change_standing
from ropeway.store.service_tables import progress
from tests.fixtures.https import unverified
from tests.unit.graph_office import GraphOffice, office, served

__all__ = ["office"]


def test_a_script_finds_the_service_principal_and_its_jobs(office: GraphOffice) -> None:
    found = office.get("/v1.0/servicePrincipals?$filter=displayName eq 'Ropeway'&$select=id,displayName")
    assert found["@odata.context"].endswith("/$metadata#servicePrincipals(id,displayName)")
    (principal,) = found["value"]
    (job,) = office.get(f"/v1.0/servicePrincipals/{principal['id']}/synchronization/jobs")["value"]
    assert job["id"] == office.control.job("Contoso").id


def test_a_job_tells_its_status_by_graphs_names(office: GraphOffice) -> None:
    job = office.get(office.job)
    assert job["templateId"] == "LDIF2AADProvisioning"
    assert job["schedule"] == {"expiration": None, "interval": "PT0.5S", "state": "Active"}
    assert job["status"]["code"] == "Active"
    assert job["status"]["lastExecution"]["state"] == "Succeeded"
    counts = {one["key"]: one["value"] for one in job["status"]["synchronizedEntryCountByType"]}
    assert counts == {"user to user": 2, "group to group": 1}


def test_a_job_that_never_ran_has_no_execution_and_times_that_never_were(office: GraphOffice) -> None:
    made = office.post(f"{office.principal}/jobs", new_job(office), 201)
    status = made["status"]
    assert (status["code"], status["lastExecution"]) == ("NotRun", None)
    assert status["steadyStateFirstAchievedTime"] == "0001-01-01T00:00:00Z"
    assert made["schedule"]["state"] == "Disabled"


def new_job(office: GraphOffice, **more: str) -> dict[str, Any]:
    settings = {"Name": "Second", "Path": str(office.company.path), **more}
    pairs = [{"name": name, "value": value} for name, value in settings.items()]
    return {"templateId": "LDIF2AADProvisioning", "synchronizationJobSettings": pairs}


def test_a_new_job_rests_until_it_is_started(office: GraphOffice) -> None:
    made = office.post(f"{office.principal}/jobs", new_job(office), 201)
    assert office.queue.jobs == []
    office.post(f"{office.principal}/jobs/{made['id']}/start")
    assert office.get(f"{office.principal}/jobs/{made['id']}")["schedule"]["state"] == "Active"
    assert len(office.queue.jobs) == 1


def test_a_new_job_has_the_settings_that_it_was_made_with(office: GraphOffice) -> None:
    wanted = {"QuarantineTooManyDeletesThreshold": "25", "Staging": "True", "Departure": '{"user":"disable"}'}
    made = office.post(f"{office.principal}/jobs", new_job(office, **wanted), 201)
    told = {one["name"]: one["value"] for one in made["synchronizationJobSettings"]}
    assert wanted.items() <= told.items()
    assert office.control.job("Second").settings.guards.deletes.most == 25


@pytest.mark.parametrize(
    ("name", "value"),
    [("Colour", "red"), ("Staging", "perhaps"), ("Precedence", "[1]"), ("Departure", "{"), ("Through", "tunnels")],
)
def test_a_setting_that_means_nothing_is_refused_by_name(office: GraphOffice, name: str, value: str) -> None:
    answer = office.send("POST", f"{office.principal}/jobs", new_job(office, **{name: value}))
    assert answer.status_code == 400
    assert name in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Precedence", "-1", "precedence-invalid"),
        ("Precedence", "9" * 30, "precedence-invalid"),
        ("LogDays", "0", "retention-invalid"),
        ("CycleDays", "9" * 400, "retention-invalid"),
        ("PollSeconds", "-1", "schedule-invalid"),
        ("PollSeconds", "1e308", "schedule-invalid"),
        ("interval", "PT0S", "schedule-invalid"),
        ("interval", "P99999999D", "schedule-invalid"),
    ],
)
def test_a_job_that_could_not_live_is_not_made(office: GraphOffice, name: str, value: str, code: str) -> None:
    body = new_job(office, **({} if name == "interval" else {name: value}))
    if name == "interval":
        body["schedule"] = {name: value}
    assert office.refused("POST", f"{office.principal}/jobs", body) == (400, "Request_BadRequest", code)
    assert [job.name for job in office.control.jobs()] == ["Contoso"]


def test_a_job_without_a_source_is_refused_and_says_what_is_missing(office: GraphOffice) -> None:
    answer = office.send("POST", f"{office.principal}/jobs", {"templateId": "AD2AADProvisioning"})
    assert answer.status_code == 400
    assert "say Domain or PUT it to synchronization/secrets first" in answer.json()["error"]["message"]


def test_a_schedule_is_changed_and_told_as_it_is(office: GraphOffice) -> None:
    office.patch(office.job, {"schedule": {"interval": "PT40M"}})
    assert office.control.job("Contoso").settings.schedule == Schedule(every=2400)
    office.patch(office.job, {"schedule": {"state": "Paused"}})
    assert office.get(office.job)["schedule"] == {"expiration": None, "interval": "PT40M", "state": "Paused"}
    office.patch(office.job, {"schedule": {"state": "Active"}})
    assert office.get(office.job)["status"]["code"] == "Active"


@pytest.mark.parametrize(
    ("schedule", "days"),
    [({"interval": "PT0S"}, "90"), ({"interval": "P8D"}, "90"), ({"expiration": "2030-01-01T00:00:00Z"}, "90"),
     ({"interval": "soon"}, "90"), ({"interval": "PT40M", "state": "Paused"}, "0")],
)  # fmt: skip
def test_a_change_of_which_a_part_cannot_be_changes_nothing(
    office: GraphOffice, schedule: dict[str, str], days: str
) -> None:
    before = office.get(office.job)
    settings = {"QuarantineTooManyDeletesThreshold": "7", "LogDays": days}
    pairs = [{"name": name, "value": value} for name, value in settings.items()]
    body = {"schedule": schedule, "synchronizationJobSettings": pairs}
    assert office.refused("PATCH", office.job, body)[:2] == (400, "Request_BadRequest")
    assert office.get(office.job) == before


def test_a_whole_job_sent_back_changes_nothing(office: GraphOffice) -> None:
    before = office.get(office.job)
    office.patch(office.job, before)
    assert office.get(office.job) == before


def test_who_prefers_to_see_what_became_of_a_change_does(office: GraphOffice) -> None:
    body = {"synchronizationJobSettings": [{"name": "LogDays", "value": "90"}]}
    answer = office.http.patch(
        office.job,
        json=body,
        headers={"Authorization": f"Bearer {office.token.reveal()}", "Prefer": "return=representation"},
    )
    assert (answer.status_code, answer.headers["preference-applied"]) == (200, "return=representation")
    assert {"name": "LogDays", "value": "90"} in answer.json()["synchronizationJobSettings"]


def test_what_was_decided_at_creation_is_not_changed_silently(office: GraphOffice) -> None:
    body = {"synchronizationJobSettings": [{"name": "Staging", "value": "True"}]}
    assert office.refused("PATCH", office.job, body) == (400, "Request_BadRequest", "body-invalid")


def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused(office: GraphOffice) -> None:
    seen = office.send("GET", office.job).headers["ETag"]
    body = {"synchronizationJobSettings": [{"name": "LogDays", "value": "90"}, {"name": "CycleDays", "value": "91"}],
            "schedule": {"interval": "PT3M", "state": "Active"}}  # fmt: skip
    first = office.send("PATCH", office.job, body, If_Match=seen)
    assert (first.status_code, first.headers["ETag"] == seen) == (204, False)
    body["schedule"] = {"interval": "PT4M", "state": "Active"}
    assert office.refused("PATCH", office.job, body, If_Match=seen) == (412, "PreconditionFailed", "job-changed")
    assert office.get(office.job)["schedule"]["interval"] == "PT3M"
    for good in (f"W/{first.headers['ETag']}", "*"):
        assert office.send("PATCH", office.job, {"schedule": {"interval": "PT3M"}}, If_Match=good).status_code == 204


def test_more_than_graph_has_is_told_to_whoever_prefers_it(office: GraphOffice) -> None:
    office.control.schedule_job("Contoso", Schedule(off=True))  # so that its next run is not another each second
    view = json.loads(msgspec.json.encode(office.control.job("Contoso")))
    for wanted in ("ropeway.job", "*", "x.y,ropeway.*"):
        answer = office.send("GET", office.job, Prefer=f'odata.include-annotations="{wanted}"')
        assert answer.headers["preference-applied"] == f'odata.include-annotations="{wanted}"'
        assert answer.json()["@ropeway.job"] == view
        office.patch(office.job, answer.json())
    for other in ("", "ropeway", "ropeway.event"):
        answer = office.send("GET", office.job, Prefer=f'odata.include-annotations="{other}"')
        assert "@ropeway.job" not in answer.json()
        assert "preference-applied" not in answer.headers


def test_a_job_is_made_of_all_its_settings_in_ropeways_own_words(office: GraphOffice) -> None:
    source = {"kind": "ldif", "settings": {"path": str(office.company.path)}}
    own = {"settings": {"name": "Own", "source": source, "guards": {"deletes": {"most": 7}}}}
    body = {"templateId": "LDIF2AADProvisioning", "@ropeway.job": own}
    made = office.post(f"{office.principal}/jobs", body, 201)
    assert office.control.job(made["id"]).settings.guards.deletes.most == 7
    for wrong in ({"nam": "x"}, {"name": 7}, {"source": {"kind": "uploads"}}):
        own["settings"] |= wrong
        assert office.refused("POST", f"{office.principal}/jobs", body)[2] == "body-invalid"
        own["settings"] = {"name": "Own", "source": source}
    office.delete(f"{office.principal}/jobs/Own?ropeway-withdraw=true")


def test_who_rests_may_be_left_resting(office: GraphOffice) -> None:
    office.control.schedule_job("Contoso", Schedule(off=True))
    office.post(f"{office.job}/pause")
    office.post(f"{office.job}/restart?ropeway-keep=schedule")
    assert office.control.job("Contoso").status == "Paused"
    office.post(f"{office.job}/start?ropeway-keep=schedule")
    job = office.control.job("Contoso")
    assert (job.status, job.settings.schedule.off) == ("Active", True)
    assert office.queue.jobs == [office.number()] * 2
    assert office.refused("POST", f"{office.job}/start?ropeway-keep=all")[2] == "query-unreadable"
    office.post(f"{office.job}/start")
    assert office.control.job("Contoso").settings.schedule.off is False


def test_a_schedule_of_ropeways_own_neither_pauses_nor_resumes(office: GraphOffice) -> None:
    office.post(f"{office.job}/pause")
    office.patch(office.job, {"@ropeway.schedule": {"every": 600.0}})
    office.patch(office.job, {"@ropeway.schedule": {"every": None, "off": False}})
    job = office.control.job("Contoso")
    assert (job.status, job.settings.schedule) == ("Paused", Schedule())
    assert office.refused("PATCH", office.job, {"@ropeway.schedule": {"every": 0.01}})[2] == "schedule-invalid"
    assert office.refused("PATCH", office.job, {"@ropeway.schedule": {"every": "2m"}})[2] == "body-invalid"


def test_pause_and_start_are_what_the_command_does(office: GraphOffice) -> None:
    office.post(f"{office.job}/pause")
    assert office.control.job("Contoso").status == "Paused"
    office.post(f"{office.job}/start")
    assert office.control.job("Contoso").status == "Active"
    assert office.queue.jobs == [office.number()]


@pytest.mark.parametrize(
    "scope",
    ["ConnectorDataStore", "Escrows", "Watermark", "QuarantineState", "Full", "ForceDeletes", "None", "",
     "Watermark, Escrows, QuarantineState", "Watermark,Escrows"],
)  # fmt: skip
def test_every_restart_scope_is_taken_and_a_cycle_asked_for(office: GraphOffice, scope: str) -> None:
    office.post(f"{office.job}/restart", {"criteria": {"resetScope": scope or None}})
    assert office.queue.jobs == [office.number()]
    office.run()
    assert office.get(office.job)["status"]["lastExecution"]["state"] == "Succeeded"


def test_a_restart_without_a_body_is_the_portals(office: GraphOffice) -> None:
    office.post(f"{office.job}/restart")
    office.run()
    assert office.get(office.job)["status"]["lastExecution"]["countImportedDeltas"] == 0


def test_an_unknown_scope_is_refused(office: GraphOffice) -> None:
    body = {"criteria": {"resetScope": "Everything"}}
    assert office.refused("POST", f"{office.job}/restart", body)[2] == "restart-scope-unknown"


def test_one_object_is_provisioned_and_the_answer_is_json_within_texts(office: GraphOffice) -> None:
    cleo = office.company.person("Cleo Dahl")
    office.company.write()
    subject = {"objectId": office.company.dn(cleo), "objectTypeName": "user"}
    rule = office.get(f"{office.job}/schema")["synchronizationRules"][0]["id"]
    answer = office.post(
        f"{office.job}/provisionOnDemand", {"parameters": [{"ruleId": rule, "subjects": [subject]}]}, 200
    )
    assert json.loads(answer["key"])["result"] == "Success"
    story = json.loads(answer["value"])
    assert story["action"] == "Create"
    assert [step["type"] for step in story["provisioningSteps"]] == ["Import", "Scoping", "Matching", "Export"]
    assert {"displayName": "displayName", "oldValue": None, "newValue": "Cleo Dahl"} in story["modifiedProperties"]
    (line,) = office.get(f"/v1.0/auditLogs/provisioning?$filter=changeId eq '{story['changeId']}'")["value"]
    assert line["sourceIdentity"]["id"] == story["sourceIdentity"]["id"]


def test_an_object_in_step_is_skipped_as_redundant(office: GraphOffice) -> None:
    subject = {"objectId": "anna.berg@contoso.test", "objectTypeName": "user"}
    answer = office.post(f"{office.job}/provisionOnDemand", {"parameters": [{"subjects": [subject]}]}, 200)
    assert json.loads(answer["key"])["details"]["errorCode"] == "RedundantExport"
    assert json.loads(answer["value"])["changeId"] == "", "nothing was written, nor logged"


def test_a_group_is_provisioned_with_the_members_that_are_named(office: GraphOffice) -> None:
    people = office.company.people(2)
    club = office.company.group("Club", people)
    office.run()
    office.company.things[club.number].links["member"] = [2, *[p.number for p in people]]
    office.company.write()
    members = [{"objectId": "anna.berg@contoso.test", "objectTypeName": "user"}]
    subject = {"objectId": office.company.dn(club), "objectTypeName": "group", "links": {"members": members}}
    answer = office.post(f"{office.job}/provisionOnDemand", {"parameters": [{"subjects": [subject]}]}, 200)
    assert json.loads(answer["key"])["result"] == "Success"


def test_nobody_and_several_at_once_are_refused(office: GraphOffice) -> None:
    one = {"objectId": "CN=Nobody,DC=contoso,DC=test"}
    path = f"{office.job}/provisionOnDemand"
    assert office.refused("POST", path, {"parameters": [{"subjects": [one]}]})[0] == 404
    assert office.refused("POST", path, {"parameters": [{"subjects": [one, one]}]})[2] == "body-invalid"
    assert office.refused("POST", path, {"parameters": [{"ruleId": "x", "subjects": [one]}]})[2] == "body-invalid"


def test_five_objects_are_provisioned_on_demand_in_ten_seconds_and_commands_wait_for_the_next(
    office: GraphOffice,
) -> None:
    path, body = f"{office.job}/provisionOnDemand", {"parameters": [{"subjects": [{"objectId": "nobody"}]}]}
    for _ in range(5):
        assert office.refused("POST", path, body)[0] == 404
    answer = office.send("POST", path, body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "TooManyRequests")
    assert 1 <= int(answer.headers["retry-after"]) <= 2
    sent = Request("POST", path, (), {}, json.dumps(body).encode())
    with (
        closing(Connection(str(office.http.base_url), lambda: office.token, None)) as connection,
        pytest.raises(RopewayError) as raised,
        connection.asked(sent),
    ):
        pass
    assert raised.value.problem.code != "service-answers-otherwise", "it was asked once more"


def test_a_deleted_job_is_gone_and_its_people_stay(office: GraphOffice) -> None:
    place = office.job
    office.delete(place)
    assert office.refused("GET", place)[:2] == (404, "Request_ResourceNotFound")
    assert {user["displayName"] for user in office.control.list_objects("users")} == {"Anna Berg", "Björn Ek"}


def test_bulk_upload_and_tokens_are_refused_with_the_reason(office: GraphOffice) -> None:
    assert office.get(f"{office.job}/bulkUpload")["id"]
    assert office.refused("POST", f"{office.job}/bulkUpload")[2] == "not-offered"
    path = f"{office.principal}/acquireAccessToken"
    for body in ({}, {"credentials": []}, {"credentials": [{"key": "Oauth2AuthorizationCode", "value": "x"}]}):
        assert office.refused("POST", path, body) == (400, "Request_BadRequest", "not-offered")
    told = office.send("POST", path, {}).json()["error"]["message"]
    assert "no token to get" in told
    assert "jobs/validateCredentials" in told, "what to do instead"
    assert "Oauth2" not in str(office.get(f"{office.principal}/secrets")), "nothing was kept"


def test_a_stopped_cycle_is_a_failed_execution_with_its_error(office: GraphOffice) -> None:
    office.company.path.unlink()
    with pytest.raises(Exception, match="ldif"):
        office.control.run_job("Contoso")
    status = office.get(office.job)["status"]
    assert status["countSuccessiveCompleteFailures"] == 1
    assert status["lastExecution"]["state"] == "Failed"
    assert status["lastSuccessfulExecution"]["state"] == "Succeeded"


@pytest.mark.parametrize("seconds", [0, 0.5, 1, 59, 60, 2400, 86400, 90061.25, 604800])
def test_durations_are_read_as_they_are_told(seconds: float) -> None:
    assert seconds_of(told_duration(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "P", "PT", "40", "P1Y", "PT1H2", "-PT1S"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert seconds_of(text) is None


def test_a_running_cycle_tells_how_far_it_has_come(office: GraphOffice) -> None:
    row = {"job": office.number(), "tenant": TENANT, "stage": "import", "done": 300, "total": 1000}
    with office.database.write() as c:
        c.execute(progress.insert().values(**row, began=1_800_000_000.0, updated=1_800_000_060.5))
    assert office.get(office.job)["status"]["progress"] == [
        {
            "completedUnits": 300,
            "totalUnits": 1000,
            "units": "objects (import)",
            "progressObservationDateTime": "2027-01-15T08:01:00.500000Z",
        }
    ]


def test_a_quarantine_tells_reason_series_and_the_next_attempt(office: GraphOffice) -> None:
    found = Quarantine(Reason.EXCEPTION, 1_800_000_000.0, 1_799_999_000.0, 3, 1_800_000_240.0, Problem("bind-refused"))
    with office.database.write() as c:
        change_standing(c, office.number(), lambda now: msgspec.structs.replace(now, quarantine=found), 0.0)
    status = office.get(office.job)["status"]
    assert (status["code"], status["quarantine"]["reason"]) == ("Quarantine", "EncounteredQuarantineException")
    assert status["quarantine"]["seriesCount"] == 3
    assert status["quarantine"]["nextAttempt"] == "2027-01-15T08:04:00Z"
    assert status["quarantine"]["error"]["code"] == "bind-refused"
    office.post(f"{office.job}/start")
    assert office.get(office.job)["status"]["quarantine"] is None


@pytest.mark.parametrize(
    ("scope", "stays"),
    [("Watermark", True), ("Escrows, ConnectorDataStore", True), ("ForceDeletes", True), ("QuarantineState", False),
     ("Full", False), ("", False)],
)  # fmt: skip
def test_a_restart_ends_a_quarantine_where_its_scope_says_so(office: GraphOffice, scope: str, stays: bool) -> None:
    found = Quarantine(Reason.EXCEPTION, 1_800_000_000.0, 1_799_999_000.0, 3, 1_800_000_240.0, Problem("bind-refused"))
    with office.database.write() as c:
        change_standing(c, office.number(), lambda now: msgspec.structs.replace(now, quarantine=found), 0.0)
    office.post(f"{office.job}/restart", {"criteria": {"resetScope": scope or None}})
    assert (office.get(office.job)["status"]["quarantine"] is not None) == stays
    assert office.queue.jobs == [office.number()], "tried now in either case"


def test_jobs_are_listed_filtered_and_paged(office: GraphOffice) -> None:
    office.post(f"{office.principal}/jobs", new_job(office), 201)
    jobs = f"{office.principal}/jobs"
    assert len(office.follow(f"{jobs}?$top=1")) == 2
    resting = office.get(f"{jobs}?$filter=schedule/state eq 'Disabled'&$select=id,schedule")["value"]
    assert [set(one) for one in resting] == [{"id", "schedule"}]


def test_what_takes_long_goes_where_the_service_says(office: GraphOffice) -> None:
    seen: list[tuple[str, str]] = []

    def long(method: str, arguments: dict[str, Any], asked_by: str) -> object:
        seen.append((method, asked_by))
        answer = getattr(office.control, method)(**arguments)
        return msgspec.json.decode(msgspec.json.encode(answer))  # as it comes back from another process

    with (
        served(application(routes(office.parts, long))) as url,
        httpx2.Client(base_url=url, verify=unverified()) as client,
    ):
        headers = {"Authorization": f"Bearer {office.token.reveal()}"}
        subject = {"parameters": [{"subjects": [{"objectId": "anna.berg@contoso.test"}]}]}
        for tail, body in (("validateCredentials", {}), ("provisionOnDemand", subject)):
            assert client.post(f"{office.job}/{tail}", json=body, headers=headers).status_code < 300
        assert client.delete(office.job, headers=headers).status_code == 204
    assert seen == [("describe_source", "Ada"), ("provision", "Ada"), ("delete_job", "Ada")]
