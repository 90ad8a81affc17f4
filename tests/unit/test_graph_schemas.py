"""The schema of a job as Graph's synchronizationSchema: read, sent back, changed, returned to its template."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest

from tests.unit.graph_office import OWN, GraphOffice, office

__all__ = ["office"]

Json = dict[str, Any]


def schema(office: GraphOffice) -> Json:
    return office.get(f"{office.job}/schema")


def mapping(found: Json, source: str = "user", rule: int = 0) -> Json:
    return next(m for m in found["synchronizationRules"][rule]["objectMappings"] if m["sourceObjectName"] == source)


def flow(found: Json, target: str, source: str = "user") -> Json:
    return next(f for f in mapping(found, source)["attributeMappings"] if f["targetAttributeName"] == target)


def edits(office: GraphOffice) -> int:
    return len(office.control.job("Contoso").settings.edits)


def test_a_schema_has_rules_mappings_and_both_directories(office: GraphOffice) -> None:
    found = schema(office)
    assert [one["name"] for one in found["directories"]] == ["Active Directory", "Ropeway"]
    assert flow(found, "jobTitle")["source"] == {
        "type": "Attribute", "name": "title", "expression": "[title]", "parameters": [],
    }  # fmt: skip
    assert flow(found, "showInAddressList")["source"]["name"] == "IIF"
    assert flow(found, "jobTitle", "inetOrgPerson") == flow(found, "jobTitle")


def test_a_schema_sent_back_as_it_was_read_changes_nothing(office: GraphOffice) -> None:
    office.put(f"{office.job}/schema", schema(office))
    office.patch(f"{office.job}/schema", schema(office))
    assert edits(office) == 0


def test_a_change_is_kept_as_one_change_and_counts_for_what_is_the_same(office: GraphOffice) -> None:
    found = schema(office)
    flow(found, "jobTitle")["source"] = {"type": "Function", "expression": "ToUpper([title])", "parameters": []}
    office.put(f"{office.job}/schema", found)
    assert edits(office) == 1
    assert flow(schema(office), "jobTitle", "inetOrgPerson")["source"]["expression"] == "ToUpper([title])"
    office.run()
    assert office.control.show_object("users", "anna.berg@contoso.test")["jobTitle"] == "ENGINEER"


def test_a_mapping_that_was_the_same_as_another_goes_its_own_way_when_changed(office: GraphOffice) -> None:
    found = schema(office)
    flow(found, "jobTitle", "inetOrgPerson")["source"]["name"] = "description"
    office.put(f"{office.job}/schema", found)
    now = schema(office)
    assert flow(now, "jobTitle", "inetOrgPerson")["source"]["name"] == "description"
    assert flow(now, "jobTitle")["source"]["name"] == "title"


def test_patch_changes_the_parts_that_are_given(office: GraphOffice) -> None:
    found = schema(office)
    flow(found, "department")["defaultValue"] = "Unknown"
    office.patch(f"{office.job}/schema", {"synchronizationRules": found["synchronizationRules"]})
    assert flow(schema(office), "department")["defaultValue"] == "Unknown"


def test_an_attribute_of_ones_own_is_told_to_the_directory_and_kept(office: GraphOffice) -> None:
    found = schema(office)
    for people in [o for o in found["directories"][0]["objects"] if o["name"] in ("user", "inetOrgPerson")]:
        people["attributes"].append({**copy.deepcopy(people["attributes"][0]), "name": "contosoBadge"})
    flow(found, "employeeId")["source"] = {"type": "Attribute", "name": "contosoBadge"}
    office.put(f"{office.job}/schema", found)
    assert edits(office) == 2
    assert any(
        a["name"] == "contosoBadge" for o in schema(office)["directories"][0]["objects"] for a in o["attributes"]
    )


def test_what_was_read_before_somebody_elses_change_is_refused(office: GraphOffice) -> None:
    old = schema(office)
    now = copy.deepcopy(old)
    flow(now, "department")["defaultValue"] = "Unknown"
    office.put(f"{office.job}/schema", now)
    status, code, problem = office.refused("PUT", f"{office.job}/schema", old)
    assert (status, code, problem) == (409, "Conflict", "schema-changed-meanwhile")


def test_if_match_is_about_the_revision_of_the_schema(office: GraphOffice) -> None:
    path = f"{office.job}/schema"
    seen = office.send("GET", path).headers["ETag"]
    now = schema(office)
    flow(now, "department")["defaultValue"] = "Unknown"
    answer = office.send("PUT", path, now, If_Match=seen)
    assert (answer.status_code, answer.headers["ETag"]) == (204, office.send("GET", path).headers["ETag"])
    del now["version"]
    for method, body in (("PUT", now), ("PATCH", {"synchronizationRules": now["synchronizationRules"]})):
        for old in (seen, '"x"'):
            assert office.refused(method, path, body, If_Match=old) == (
                412, "PreconditionFailed", "schema-changed-meanwhile",
            )  # fmt: skip
    assert office.refused("DELETE", path, If_Match=seen)[0] == 412
    assert edits(office) == 1
    assert office.send("DELETE", path, If_Match=answer.headers["ETag"]).status_code == 204


def test_what_the_command_shows_and_exports_is_told_to_whoever_prefers_it(office: GraphOffice) -> None:
    path = f"{office.job}/schema?$select=id"
    prefer = 'odata.include-annotations="ropeway.schema,ropeway.schemaText"'
    told = office.get(f"{path}&ropeway-attribute=mail&ropeway-type=user&ropeway-form=json", Prefer=prefer)
    view = office.control.schema("Contoso", type_="user", attribute="mail")
    assert told["@ropeway.schema"] == json.loads(msgspec.json.encode(view))
    assert told["@ropeway.schemaText"]["text"] == office.control.export_schema("Contoso", form="json").text
    assert office.refused("GET", f"{path}&ropeway-form=xml", Prefer=prefer)[2] == "query-unreadable"
    assert set(office.get(path)) == {"@odata.context", "id"}


def test_delete_returns_to_the_template_and_may_be_repeated(office: GraphOffice) -> None:
    found = schema(office)
    flow(found, "department")["defaultValue"] = "Unknown"
    office.put(f"{office.job}/schema", found)
    office.delete(f"{office.job}/schema")
    office.delete(f"{office.job}/schema")
    assert edits(office) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"synchronizationRules": "none"},
        {"synchronizationRules": [{"priority": "high"}]},
        {"synchronizationRules": [{"id": "x", "priority": 1, "colour": "red"}]},
        {"directories": [{"name": "Active Directory", "objects": [{"name": "user", "attributes": [{"type": 1}]}]}]},
        {"directories": ["Active Directory"]},
        {
            "directories": [
                {
                    "name": "Active Directory",
                    "objects": [
                        {
                            "name": "user",
                            "attributes": [{"name": "x", "metadata": [{"key": "MaximumLength", "value": "9" * 5000}]}],
                        }
                    ],
                }
            ]
        },
    ],
)
def test_what_is_no_schema_is_refused_and_nothing_changes(office: GraphOffice, change: Json) -> None:
    assert office.refused("PATCH", f"{office.job}/schema", change)[0] == 400
    assert edits(office) == 0


def test_an_expression_with_an_error_is_refused_with_its_place(office: GraphOffice) -> None:
    found = schema(office)
    flow(found, "jobTitle")["source"] = {"type": "Function", "expression": "ToUpper([title]", "parameters": []}
    answer = office.send("PUT", f"{office.job}/schema", found)
    assert answer.status_code == 400
    assert "ToUpper" in answer.json()["error"]["message"]


def test_an_expression_is_parsed_and_tried_on_an_object(office: GraphOffice) -> None:
    properties = [{"key": "givenName", "value": "Zoë"}, {"key": "sn", "value": "Müller"}]
    body = {"expression": 'ToUpper([givenName] & " " & [sn])', "testInputObject": {"properties": properties}}
    answer = office.post(f"{office.job}/schema/parseExpression", body, 200)
    assert (answer["parsingSucceeded"], answer["evaluationResult"]) == (True, ["ZOË MÜLLER"])
    assert [one["key"] for one in answer["parsedExpression"]["parameters"]] == ["source"]


def test_an_expression_that_cannot_be_read_says_where(office: GraphOffice) -> None:
    answer = office.post(f"{office.job}/schema/parseExpression", {"expression": "Join("}, 200)
    assert (answer["parsingSucceeded"], answer["error"]["code"]) == (False, "InvalidExpression")
    assert "character" in answer["error"]["message"]


def test_an_expression_that_fails_on_the_object_says_why(office: GraphOffice) -> None:
    test = {"properties": [{"key": "n", "value": "many"}]}
    answer = office.post(
        f"{office.job}/schema/parseExpression", {"expression": "CNum([n])", "testInputObject": test}, 200
    )
    assert (answer["parsingSucceeded"], answer["evaluationSucceeded"]) == (True, False)
    assert answer["error"]["code"] == "EvaluationFailed"


@pytest.mark.parametrize("below", ["jobs/{}/schema", "templates/AD2AADProvisioning/schema"])
@pytest.mark.parametrize("form", ["", "()"])
def test_operators_and_functions_are_listed_in_both_ways_of_asking(office: GraphOffice, below: str, form: str) -> None:
    path = f"{office.principal}/{below.format(office.control.job('Contoso').id)}"
    operators = {one["id"]: one for one in office.get(f"{path}/filterOperators{form}")["value"]}
    assert operators["IS NULL"]["arity"] == "Unary"
    assert operators["NOT EQUALS"]["multivaluedComparisonType"] == "All"
    functions = {one["id"] for one in office.get(f"{path}/functions{form}")["value"]}
    assert {"Join", "IIF", "NormalizeDiacritics", "SelectUniqueValue"} <= functions


def test_a_directory_is_discovered_from_the_live_source(office: GraphOffice) -> None:
    found = office.get(f"{office.job}/schema/directories?$select=id,name&$orderby=name")["value"]
    (source, target) = found
    assert source == {"id": source["id"], "name": "Active Directory"}
    found = office.post(f"{office.job}/schema/directories/{source['id']}/discover", None, 200)
    assert found["discoveryDateTime"]
    assert "user" in {one["name"] for one in found["objects"]}
    assert office.post(f"{office.job}/schema/directories/{target['id']}/discover", None, 200)["name"] == "Ropeway"
    assert office.refused("POST", f"{office.job}/schema/directories/none/discover")[0] == 404


def test_templates_are_the_same_below_principals_and_applications(office: GraphOffice) -> None:
    application = office.get(OWN)["value"][0]["appId"]
    below = office.get(f"/v1.0/applications/{application}/synchronization/templates")["value"]
    assert below == office.get(f"{office.principal}/templates")["value"]
    assert [one["id"] for one in below] == ["AD2AADProvisioning", "API2AAD", "LDIF2AADProvisioning"]
    found = office.get(f"{office.principal}/templates/AD2AADProvisioning/schema")
    assert flow(found, "jobTitle")["source"]["name"] == "title"
    assert office.refused("GET", f"{office.principal}/templates/scim")[0] == 404


def test_a_job_is_made_with_a_schema_of_its_own(office: GraphOffice) -> None:
    found = office.get(f"{office.principal}/templates/LDIF2AADProvisioning/schema")
    flow(found, "jobTitle")["source"]["name"] = "description"
    settings = [{"name": "Name", "value": "Second"}, {"name": "Path", "value": str(office.company.path)}]
    body = {"templateId": "LDIF2AADProvisioning", "synchronizationJobSettings": settings, "schema": found}
    office.post(f"{office.principal}/jobs", body, 201)
    assert len(office.control.job("Second").settings.edits) == 1


def test_an_expression_of_another_dialect_is_refused_by_the_name_of_that_dialect(office: GraphOffice) -> None:
    path = f"{office.job}/schema/parseExpression"
    answer = office.post(path, {"expression": 'Join(", ", [surname], [givenName])'}, 200)
    assert answer["parsingSucceeded"] is False
    assert answer["error"]["message"].endswith("Schemas of the dialect cloud have it; this one is of ropeway")
    assert "dialect" not in office.post(path, {"expression": "Join("}, 200)["error"]["message"]
