"""The provisioning log and the audit trail, asked as scripts ask Graph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ropeway.control.schema_views import SchemaChange
from ropeway.model.secret import Secret
from ropeway.service.graph.opaque import CYCLE, LINE, Opaque, opaque_of
from ropeway.service.odata.evaluating import matches
from ropeway.service.odata.parser import parse
from ropeway.service.odata.printer import printed
from ropeway.service.odata.tree import And, Call, Compare, In, Literal, Node, Not, Or, Path
from tests.unit.graph_office import GraphOffice, office, opened

__all__ = ["office"]

LOG = "/v1.0/auditLogs/provisioning"
AUDITS = "/v1.0/auditLogs/directoryAudits"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def busy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphOffice]:
    """An office in which much happened: people came, changed, left, failed. On both databases."""
    url = ""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_server").create("graph_logs")
    with opened(tmp_path_factory.mktemp("busy"), url) as found:
        company = found.company
        people = company.people(12)
        people[0].values["title"] = "Cook"
        company.group("Kitchen's team", people)
        found.run()
        people[0].values["title"] = "Chef"
        company.person("Anna Berg (2)", userPrincipalName="anna.berg@contoso.test")
        for gone in people[1:4]:
            company.remove(gone)
        found.run()
        yield found


def lines(office: GraphOffice, filter_: str = "", more: str = "") -> list[Any]:
    return office.follow(f"{LOG}?$top=999{f'&$filter={quote(filter_)}' if filter_ else ''}{more}")


def test_the_log_is_told_newest_first_in_graphs_shape(busy: GraphOffice) -> None:
    found = lines(busy)
    assert [one["activityDateTime"] for one in found] == sorted((o["activityDateTime"] for o in found), reverse=True)
    made = next(one for one in found if one["sourceIdentity"]["displayName"].startswith("CN=Anna Berg,"))
    assert (made["provisioningAction"], made["provisioningStatusInfo"]["status"]) == ("create", "success")
    assert {"displayName": "jobTitle", "oldValue": None, "newValue": "Engineer"} in made["modifiedProperties"]
    assert [step["provisioningStepType"] for step in made["provisioningSteps"]][:3] == ["import", "scoping", "matching"]


def test_a_change_is_told_with_the_value_before(busy: GraphOffice) -> None:
    changed = [value for one in lines(busy, "provisioningAction eq 'update'") for value in one["modifiedProperties"]]
    assert {"displayName": "jobTitle", "oldValue": "Cook", "newValue": "Chef"} in changed


def test_what_the_schema_redacts_by_now_is_not_told_of_older_lines(office: GraphOffice) -> None:
    office.company.person("Ann", employeeID="4711")
    office.run()
    text = office.control.export_schema("Contoso").text
    hidden = text.replace("employeeId: employeeID", "employeeId: =Redact([employeeID])")
    office.control.change_schema("Contoso", SchemaChange(text=hidden))
    told = next(one for one in lines(office) if "Ann" in one["sourceIdentity"]["displayName"])["modifiedProperties"]
    assert {"displayName": "employeeId", "oldValue": None, "newValue": "[Redact]"} in told
    assert "4711" not in str(told)


def test_one_line_is_told_by_its_id(busy: GraphOffice) -> None:
    newest = lines(busy)[0]
    told = busy.get(f"{LOG}/{newest['id']}")
    assert told.pop("@odata.context").endswith("$metadata#auditLogs/provisioning/$entity")
    assert told == newest
    assert UUID(newest["id"]) != UUID(newest["cycleId"])
    others = opaque_of(replace(busy.parts, tenant=2))
    strangers = (others.id(LINE, 1), newest["cycleId"], newest["id"].upper(), str(UUID(int=1)))
    for unknown in ("1", "none", "1e3", "٣", *strangers):
        assert busy.refused("GET", f"{LOG}/{quote(unknown)}")[0] == 404


def test_a_failure_tells_reason_and_what_to_do(busy: GraphOffice) -> None:
    found = lines(busy, "provisioningStatusInfo/status ne 'success'")
    error = found[0]["provisioningStatusInfo"]["errorInformation"]
    assert error["errorCode"]
    assert error["recommendedAction"]


def test_the_filter_that_bulk_upload_points_to_works(busy: GraphOffice) -> None:
    job = busy.control.job("Contoso").id
    assert lines(busy, f"jobid eq '{job}'") == lines(busy)
    assert lines(busy, "jobid eq 'another'") == []


def test_pages_are_stable_while_lines_are_written(office: GraphOffice) -> None:
    office.company.people(5)
    office.run()
    before = [one["id"] for one in lines(office)]
    first = office.get(f"{LOG}?$top=3&$filter=provisioningAction ne 'other'")
    assert first["@odata.nextLink"].startswith("https://ropeway.contoso.test:8443/v1.0/auditLogs/provisioning?")
    office.company.people(3)
    office.run()
    after = first["@odata.nextLink"].partition("8443")[2]
    assert [one["id"] for one in first["value"] + office.follow(after)] == before


def test_the_oldest_come_first_where_that_is_asked(busy: GraphOffice) -> None:
    upwards = busy.follow(f"{LOG}?$top=4&$orderby=activityDateTime asc")
    assert [one["id"] for one in upwards] == [one["id"] for one in reversed(lines(busy))]


def test_only_what_is_selected_is_told(busy: GraphOffice) -> None:
    found = busy.get(f"{LOG}?$top=1&$select=id,jobId")
    assert found["@odata.context"].endswith("#auditLogs/provisioning(id,jobId)")
    assert [set(one) for one in found["value"]] == [{"id", "jobId"}]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("$filter=colour eq 'red'", "Request_BadRequest"),
        ("$filter=id eq 1", "Request_BadRequest"),
        ("$filter=id gt '1'", "Request_UnsupportedQuery"),
        ("$filter=contains(id,'1')", "Request_UnsupportedQuery"),
        ("$filter=activityDateTime eq 'now'", "Request_BadRequest"),
        ("$filter=activityDateTime gt 2026-13-45T00:00:00Z", "Request_BadRequest"),
        ("$filter=contains(activityDateTime,'2026')", "Request_UnsupportedQuery"),
        ("$filter=(", "Request_BadRequest"),
        ("$filter=id eq '1'&$filter=id eq '2'", "Request_BadRequest"),
        ("$orderby=jobId", "Request_UnsupportedQuery"),
        ("$orderby=activityDateTime sideways", "Request_BadRequest"),
        ("$top=0", "Request_BadRequest"),
        ("$top=1001", "Request_BadRequest"),
        ("$top=x", "Request_BadRequest"),
        ("$skip=5", "Request_UnsupportedQuery"),
        ("$expand=job", "Request_UnsupportedQuery"),
        ("$search=x", "Request_UnsupportedQuery"),
        ("$colour=red", "Request_BadRequest"),
        ("$select=colour", "Request_BadRequest"),
        ("$skiptoken=x", "Directory_ExpiredPageToken"),
        ("$skiptoken=" + "A" * 600, "Directory_ExpiredPageToken"),
    ],
)
def test_a_query_that_is_not_answered_is_refused_by_graphs_code(busy: GraphOffice, query: str, code: str) -> None:
    assert busy.refused("GET", f"{LOG}?{query}")[:2] == (400, code)


def test_a_token_of_another_question_is_refused(busy: GraphOffice) -> None:
    token = busy.get(f"{LOG}?$top=1")["@odata.nextLink"].partition("$skiptoken=")[2]
    path = f"{LOG}?$top=1&$filter=id ne '1'&$skiptoken={token}"
    assert busy.refused("GET", path)[1] == "Directory_ExpiredPageToken"


def test_a_number_that_no_line_can_have_finds_none_and_is_no_failure(busy: GraphOffice) -> None:
    assert lines(busy, f"id eq '{'1' * 5000}'") == []


def test_options_without_a_dollar_are_the_clients_own(busy: GraphOffice) -> None:
    assert busy.get(f"{LOG}?top=1&colour=red")["value"].__len__() == 1


# the same filter in SQL and in memory


def compare(path: str, values: st.SearchStrategy[Literal], operators: str = "eq ne") -> st.SearchStrategy[Node]:
    return st.builds(Compare, st.sampled_from(operators.split()), st.just(Path(tuple(path.split("/")))), values)


def text(*values: str) -> st.SearchStrategy[Literal]:
    return st.sampled_from([Literal("text", value) for value in values])


NUMBERS = Opaque(Secret(hashlib.sha256(b"numbers of tenant 1").digest()))
"""What lines are called of a service without a key file."""
CYCLES = text(*(NUMBERS.id(CYCLE, n) for n in (1, 2, 3)), "1")
DNS = ("CN=Anna Berg,DC=contoso,DC=test", "anna", "Kitchen's", "DC=test", "", "CN=P")
times = st.floats(-5, 5).map(lambda s: Literal("time", f"2026-01-01T00:00:{abs(s):09.6f}Z"))
terms = st.one_of(
    compare("id", text(*(NUMBERS.id(LINE, n) for n in (1, 2, 10, 99)), NUMBERS.id(CYCLE, 1), "1", "x", "")),
    compare("provisioningAction", text("create", "update", "delete", "other", "Create")),
    compare("provisioningStatusInfo/status", text("success", "failure", "warning")),
    compare("sourceIdentity/displayName", st.one_of(text(*DNS), st.just(Literal("null", "null")))),
    compare("sourceIdentity/identityType", text("User", "Group", "user")),
    compare("targetIdentity/id", text("", "x")),
    compare("activityDateTime", times, "eq ne gt ge lt le"),
    compare("initiatedBy/initiatorType", text("system", "user")),
    st.builds(
        In,
        st.just(Path(("cycleId",))),
        st.lists(CYCLES, min_size=1).map(tuple),
    ),
    *(
        st.builds(Call, st.sampled_from(["contains", "startswith", "endswith"]), st.just(Path(path)), text(*values))
        for path, values in (
            (("sourceIdentity", "displayName"), DNS),
            (("provisioningAction",), ("e", "create", "te")),
            (("targetIdentity", "id"), ("-", "")),
            (("sourceSystem", "displayName"), ("LDIF", "ldif")),
        )
    ),
)
filters = st.recursive(
    terms,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=6,
)


@given(filters)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_finds_what_the_same_filter_finds_in_what_is_shown(busy: GraphOffice, tree: Node) -> None:
    wanted = parse(printed(tree))
    found = lines(busy, printed(tree))
    assert found == [one for one in lines(busy) if matches(wanted, one)]


@given(st.text(st.characters(codec="utf-8"), max_size=40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_as_a_filter_is_answered_or_refused(busy: GraphOffice, wanted: str) -> None:
    for filter_ in (wanted, f"contains(sourceIdentity/displayName, '{wanted}')"):
        assert busy.send("GET", f"{LOG}?$filter={quote(filter_)}").status_code in (200, 400)


def test_times_are_compared_as_they_are_shown(busy: GraphOffice) -> None:
    everything = lines(busy)
    middle = everything[len(everything) // 2]["activityDateTime"]
    for operator in ("eq", "ne", "gt", "ge", "lt", "le"):
        wanted = f"activityDateTime {operator} {middle}"
        assert lines(busy, wanted) == [one for one in everything if matches(parse(wanted), one)]


# the audit trail


def test_what_administrators_did_and_were_refused_is_on_record(office: GraphOffice) -> None:
    answer = office.send("POST", f"{office.job}/pause")
    office.send("POST", f"{office.job}/restart", {"criteria": {"resetScope": "Everything"}})
    refused, done = office.get(AUDITS)["value"]
    assert (done["activityDisplayName"], done["result"]) == ("pause_job", "success")
    assert done["initiatedBy"]["user"]["displayName"] == "Ada"
    assert done["targetResources"][0]["id"] == office.control.job("Contoso").id
    assert done["correlationId"] == answer.headers["request-id"]
    assert (refused["result"], refused["resultReason"].endswith("(restart-scope-unknown)")) == ("failure", True)


def test_looking_is_not_on_record(office: GraphOffice) -> None:
    office.get(office.job)
    assert office.get(AUDITS)["value"] == []


def test_the_trail_is_filtered_and_paged(office: GraphOffice) -> None:
    for _ in range(3):
        office.post(f"{office.job}/pause")
        office.post(f"{office.job}/start")
    found = office.follow(f"{AUDITS}?$top=2&$filter=activityDisplayName eq 'pause_job' and result eq 'success'")
    assert [one["activityDisplayName"] for one in found] == ["pause_job"] * 3
    assert office.follow(f"{AUDITS}?$filter=initiatedBy/user/displayName eq 'Eve'") == []
    assert office.get(f"{AUDITS}/{found[0]['id']}")["id"] == found[0]["id"]


def test_what_was_done_to_somebody_is_found_by_their_id(office: GraphOffice) -> None:
    eva = {"displayName": "Eva", "userPrincipalName": "eva@contoso.test"}
    id_ = office.control.create_object("users", eva)["id"]
    group = office.control.create_object("groups", {"displayName": "Choir"})["id"]
    office.patch("/v1.0/users/eva@contoso.test", {"jobTitle": "Cook"})
    reference = {"@odata.id": f"{office.parts.url}/v1.0/directoryObjects/{id_}"}
    office.post(f"/v1.0/groups/{group}/members/$ref", reference)
    office.delete(f"/v1.0/groups/{group}/members/{id_}/$ref")
    office.delete("/v1.0/users/eva@contoso.test")

    def done(to: str) -> list[str]:
        found = office.get(f"{AUDITS}?$filter=targetResources/any(t: t/id eq '{to}')")["value"]
        return [one["activityDisplayName"] for one in found]

    assert done(id_) == ["delete_user", "update_user"]
    assert done(group) == ["remove_members", "add_members"]
    newest = office.get(f"{AUDITS}?$filter=targetResources/any(t:t/id eq '{group}')&$top=1")["value"][0]
    assert {"key": "members", "value": id_} in newest["additionalDetails"]
    for category, acts in (
        ("UserManagement", ["delete_user", "update_user"]),
        ("GroupManagement", ["remove_members", "add_members"]),
        ("ProvisioningManagement", []),
    ):
        found = office.get(f"{AUDITS}?$filter=category eq '{category}'")["value"]
        assert [one["activityDisplayName"] for one in found] == acts
        assert {one["category"] for one in found} <= {category}
    assert office.refused("GET", f"{AUDITS}?$filter=targetResources/any(t:t/colour eq 'x')")[0] == 400
    assert office.refused("GET", f"{AUDITS}?$filter=colours/any(t:t eq 'x')")[1] == "Request_UnsupportedQuery"
