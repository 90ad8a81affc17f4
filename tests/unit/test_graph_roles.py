"""Directory roles: who has one, how it is given, what it does at once, and whom it protects."""

from __future__ import annotations

from typing import Any

import pytest

from ropeway.model.permissions import GLOBAL, HYBRID, REPORTS, ROLES, USERS
from tests.unit.graph_office import GraphOffice
from tests.unit.graph_office import office as synced
from tests.unit.sign_in_office import Office, office
from tests.unit.test_graph_access import asked

__all__ = ["office", "synced"]


def test_a_global_administrator_gives_and_takes_roles(office: Office) -> None:
    boss = office.token_for(office.person("boss", GLOBAL), "RoleManagement.ReadWrite.Directory", "AuditLog.Read.All")
    anna = office.person("anna")
    reader = office.token_for(anna, "AuditLog.Read.All")
    assert asked(office, reader, "GET", "/v1.0/auditLogs/directoryAudits")[0] == 403
    (role,) = asked(office, boss, "GET", "/v1.0/directoryRoles?$filter=displayName eq 'Reports Reader'")[1]["value"]
    assert role["roleTemplateId"] == ROLES[REPORTS]
    path = f"/v1.0/directoryRoles(roleTemplateId='{ROLES[REPORTS]}')/members"
    reference = {"@odata.id": f"{office.service.url}/v1.0/directoryObjects/{anna}"}
    assert asked(office, boss, "POST", f"{path}/$ref", reference)[0] == 204
    assert asked(office, boss, "POST", f"{path}/$ref", reference)[0] == 400
    assert asked(office, reader, "GET", "/v1.0/auditLogs/directoryAudits")[0] == 200
    (member,) = asked(office, boss, "GET", f"/v1.0/directoryRoles/{role['id']}/members?$select=id")[1]["value"]
    assert member["id"] == anna
    assert asked(office, boss, "DELETE", f"{path}/{anna}/$ref")[0] == 204
    assert asked(office, boss, "DELETE", f"{path}/{anna}/$ref")[0] == 404
    assert asked(office, reader, "GET", "/v1.0/auditLogs/directoryAudits")[0] == 403
    acts = [a["activityDisplayName"] for a in asked(office, boss, "GET", "/v1.0/auditLogs/directoryAudits")[1]["value"]]
    assert acts.count("assign_role") == 2
    assert acts.count("withdraw_role") == 2


def test_role_assignments_say_the_same(office: Office) -> None:
    boss = office.token_for(office.person("boss", GLOBAL), "RoleManagement.ReadWrite.Directory")
    anna, path = office.person("anna"), "/v1.0/roleManagement/directory/roleAssignments"
    wanted = {"principalId": anna, "roleDefinitionId": ROLES[HYBRID], "directoryScopeId": "/"}
    status, made = asked(office, boss, "POST", path, wanted)
    assert (status, made["principalId"]) == (201, anna)
    assert asked(office, boss, "POST", path, wanted | {"directoryScopeId": "/x"})[0] == 400
    assert asked(office, boss, "POST", path, wanted | {"roleDefinitionId": "King"})[0] == 400
    assert asked(office, boss, "POST", path, wanted | {"principalId": "nobody"})[0] == 404
    (found,) = asked(office, boss, "GET", f"{path}?$filter=principalId eq '{anna}'")[1]["value"]
    assert found == {k: v for k, v in made.items() if k != "@odata.context"}
    definitions = asked(office, boss, "GET", "/v1.0/roleManagement/directory/roleDefinitions")[1]["value"]
    assert {one["displayName"] for one in definitions} == set(ROLES)
    assert asked(office, boss, "DELETE", f"{path}/{made['id']}")[0] == 204
    assert asked(office, boss, "GET", f"{path}/{made['id']}")[0] == 404


def test_nobody_raises_themselves(office: Office) -> None:
    ulf = office.person("ulf", USERS)
    token = office.token_for(ulf, "RoleManagement.ReadWrite.Directory", "Directory.ReadWrite.All")
    reference = {"@odata.id": f"{office.service.url}/v1.0/directoryObjects/{ulf}"}
    path = f"/v1.0/directoryRoles/{ROLES[GLOBAL]}/members/$ref"
    assert asked(office, token, "POST", path, reference)[0] == 403


def test_who_administers_more_is_out_of_reach(office: Office) -> None:
    boss, ulf = office.person("boss", GLOBAL), office.person("ulf", USERS)
    app, secret = office.application("Provisioning", "User.ReadWrite.All", "Directory.ReadWrite.All")
    changes = (
        {"accountEnabled": False},
        {"userPrincipalName": "x@contoso.test"},
        {"passwordProfile": {"password": "A1b2c3d4!"}},
    )
    for token in (office.token_for(ulf, "Directory.ReadWrite.All"), office.token(app, secret)):
        for change in changes:
            assert asked(office, token, "PATCH", f"/v1.0/users/{boss}", change)[0] == 403
        assert asked(office, token, "DELETE", f"/v1.0/users/{boss}")[0] == 403
        assert asked(office, token, "DELETE", f"/v1.0/directoryObjects/{boss}")[0] == 403
        assert asked(office, token, "PATCH", f"/v1.0/users/{boss}", {"jobTitle": "Boss"})[0] == 204
        assert asked(office, token, "PATCH", f"/v1.0/users/{ulf}", {"accountEnabled": True})[0] == 204


def test_whoever_has_a_role_is_not_matched_by_name(office: Office) -> None:
    anna = office.person("anna")
    office.control.assign_role("user administrator", "anna@contoso.test")
    assert office.control.show_object("users", anna)["isAssignedAdminRole"] is True
    office.control.withdraw_role(ROLES[USERS], anna)
    assert not office.control.show_object("users", anna).get("isAssignedAdminRole")


def test_a_role_that_is_cut_off_in_the_giving_leaves_protection_and_no_role(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> bool:
        raise KeyboardInterrupt

    anna = office.person("anna")
    monkeypatch.setattr("ropeway.store.roles.assign", dies)
    with pytest.raises(KeyboardInterrupt):
        office.control.assign_role(USERS, anna)
    assert office.control.show_object("users", anna)["isAssignedAdminRole"] is True
    assert not [one for one in office.control.roles() if one.members]


def test_a_synchronised_user_has_a_role_too(synced: GraphOffice) -> None:
    (anna,) = synced.get("/v1.0/users?$filter=displayName eq 'Anna Berg'")["value"]
    reference = {"@odata.id": f"https://ropeway.contoso.test:8443/v1.0/users/{anna['id']}"}
    synced.post(f"/v1.0/directoryRoles/{ROLES[USERS]}/members/$ref", reference)
    assert [m["id"] for m in synced.get(f"/v1.0/directoryRoles/{ROLES[USERS]}/members")["value"]] == [anna["id"]]
    synced.company.person("Zoe Ek")
    synced.run()
    assert synced.control.show_object("users", anna["id"])["isAssignedAdminRole"] is True
    (role,) = [one for one in synced.control.roles() if one.members]
    assert role.members[0].user == anna["userPrincipalName"]
    synced.delete(f"/v1.0/directoryRoles/{ROLES[USERS]}/members/{anna['id']}/$ref")


def test_sign_ins_are_told_with_filters_and_pages(office: Office) -> None:
    reader, secret = office.application("Reader", "AuditLog.Read.All")
    other, _ = office.application("Other")
    for guess in ("one", "two", "three"):
        office.post(grant_type="client_credentials", client_id=other.app_id, client_secret=guess)
    token, path = office.token(reader, secret), "/v1.0/auditLogs/signIns"
    status, page = asked(office, token, "GET", f"{path}?$top=2")
    assert (status, len(page["value"])) == (200, 2)
    assert page["value"][0]["status"]["errorCode"] == 0
    assert page["value"][0]["appId"] == reader.app_id
    rest = asked(office, token, "GET", page["@odata.nextLink"].partition(office.service.url)[2])[1]
    assert (len(rest["value"]), "@odata.nextLink" in rest) == (2, False)
    filters = {
        f"appId eq '{other.app_id}'": 3,
        "status/errorCode eq 0": 1,
        "status/errorCode ne 0 and createdDateTime ge 2020-01-01T00:00:00Z": 3,
        "userId ne ''": 0,
        f"servicePrincipalId eq '{reader.service_principal}' or createdDateTime lt 2020-01-01T00:00:00Z": 1,
        "not (status/errorCode lt 7000216)": 0,
    }
    for text, many in filters.items():
        assert len(asked(office, token, "GET", f"{path}?$filter={text}")[1]["value"]) == many, text
    one = asked(office, token, "GET", f"{path}/{rest['value'][0]['id']}")[1]
    assert one["status"]["failureReason"].startswith("Invalid client secret")
    for text in ("status/errorCode eq 'x'", "startsWith(status/errorCode,'7')", "nothing eq 1"):
        assert asked(office, token, "GET", f"{path}?$filter={text}")[0] == 400
    assert asked(office, token, "GET", f"{path}/x")[0] == 404


def test_acts_of_applications_and_of_people_are_told_apart(office: Office) -> None:
    app, secret = office.application("Joiner", "User.ReadWrite.All", "AuditLog.Read.All")
    alone, boss = office.token(app, secret), office.person("boss", GLOBAL)
    with_person = office.token_for(boss, "User.ReadWrite.All", app=app)
    anna = office.person("anna")
    for token, title in ((alone, "Cook"), (with_person, "Chef")):
        assert asked(office, token, "PATCH", f"/v1.0/users/{anna}", {"jobTitle": title})[0] == 204
    assert asked(office, alone, "POST", "/v1.0/groups", {"displayName": "Mine"})[0] == 403

    def found(filter_: str) -> list[dict[str, Any]]:
        page = asked(office, alone, "GET", f"/v1.0/auditLogs/directoryAudits?$filter={filter_}")[1]
        return [act["initiatedBy"] for act in page["value"]]

    by_itself, refused = found(f"initiatedBy/app/appId eq '{app.app_id}'")
    assert by_itself == refused
    assert by_itself["user"] is None
    told = {"appId": app.app_id, "displayName": "Joiner", "servicePrincipalId": app.service_principal}
    assert by_itself["app"] == told | {"servicePrincipalName": None}
    (by_person,) = found(f"initiatedBy/user/id eq '{boss}'")
    assert by_person["app"] is None
    assert (by_person["user"]["userPrincipalName"], by_person["user"]["ipAddress"]) == (
        "boss@contoso.test",
        "127.0.0.1",
    )
