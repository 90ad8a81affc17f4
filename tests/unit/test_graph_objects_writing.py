"""What scripts change of users and groups: made, changed, linked, deleted and restored, with Graph's refusals."""

from __future__ import annotations

from typing import Any

import pytest

from ropeway.service.graph.objects import any_object
from ropeway.store.tables import job
from tests.unit.graph_office import GraphOffice, office

__all__ = ["office"]

NEW = {
    "@odata.type": "#microsoft.graph.user",
    "accountEnabled": True,
    "displayName": "Adele Vance",
    "mailNickname": "adele",
    "userPrincipalName": "adele@contoso.test",
    "passwordProfile": {"forceChangePasswordNextSignIn": True, "password": "Kept as a hash 1!"},
    "onPremisesExtensionAttributes": {"extensionAttribute1": "v"},
}
GROUP = {"displayName": "Makers", "mailEnabled": False, "mailNickname": "makers", "securityEnabled": True}


def there(id_: str) -> dict[str, str]:
    """A reference to an object."""
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{id_}"}


def made(office: GraphOffice, **more: Any) -> str:
    """The id of a new user."""
    return office.post("/v1.0/users", {**NEW, **more}, 201)["id"]


def test_a_user_is_made_changed_deleted_and_restored(office: GraphOffice) -> None:
    answer = office.send("POST", "/v1.0/users", NEW)
    id_ = answer.json()["id"]
    assert (answer.status_code, answer.headers["location"].rpartition("/")[2]) == (201, id_)
    assert "password" not in answer.text
    office.patch(
        f"/v1.0/users/{id_}", {"jobTitle": "Lead", "onPremisesExtensionAttributes": {"extensionAttribute1": None}}
    )
    query = "?$select=jobTitle,onPremisesExtensionAttributes"
    now = office.get(f"/v1.0/users/{id_}{query}")
    assert (now["jobTitle"], now["onPremisesExtensionAttributes"]["extensionAttribute1"]) == ("Lead", None)
    office.delete(f"/v1.0/users/{id_}")
    assert office.refused("GET", f"/v1.0/users/{id_}")[0] == 404
    binned = office.get("/v1.0/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime")["value"]
    assert [(one["id"], one["deletedDateTime"] is None) for one in binned] == [(id_, False)]
    assert office.get(f"/v1.0/directory/deletedItems/{id_}")["displayName"] == "Adele Vance"
    back = office.post(f"/v1.0/directory/deletedItems/{id_}/restore", {"newUserPrincipalName": "a@contoso.test"}, 200)
    assert back["userPrincipalName"] == "a@contoso.test"


def test_whoever_cannot_be_called_so_is_not_restored(office: GraphOffice) -> None:
    id_ = made(office)
    made(office, userPrincipalName="bo@contoso.test", mailNickname="bo")
    office.delete(f"/v1.0/users/{id_}")
    for name in ("bo@contoso.test", "a@not-ours.test"):
        path = f"/v1.0/directory/deletedItems/{id_}/restore"
        assert office.refused("POST", path, {"newUserPrincipalName": name})[:2] == (400, "Request_BadRequest")
        assert office.refused("GET", f"/v1.0/users/{id_}")[0] == 404
    office.post(f"/v1.0/directory/deletedItems/{id_}/restore", {"newUserPrincipalName": "c@contoso.test"}, 200)


def test_what_is_purged_is_gone_for_good(office: GraphOffice) -> None:
    id_ = made(office)
    office.delete(f"/v1.0/users/{id_}")
    office.delete(f"/v1.0/directory/deletedItems/{id_}")
    assert office.refused("GET", f"/v1.0/directory/deletedItems/{id_}")[0] == 404
    assert office.refused("POST", f"/v1.0/directory/deletedItems/{id_}/restore")[0] == 404


def test_a_taken_name_is_refused_as_graph_does(office: GraphOffice) -> None:
    holder = made(office)
    answer = office.send("POST", "/v1.0/users", NEW)
    error = answer.json()["error"]
    words = "Another object with the same value for property userPrincipalName already exists."
    assert (answer.status_code, error["code"]) == (400, "Request_BadRequest")
    assert error["message"].startswith(words)
    assert [(one["code"], one["target"]) for one in error["details"]] == [
        ("ObjectConflict", "userPrincipalName"),
        ("ConflictingObjects", holder),
    ]


def test_what_is_mastered_on_premises_is_refused(office: GraphOffice) -> None:
    anna = office.get("/v1.0/users/anna.berg@contoso.test?$select=id")["id"]
    words = "Unable to update the specified properties for on-premises mastered Directory Sync objects"
    for method, body in (("PATCH", {"jobTitle": "Chief"}), ("DELETE", None)):
        answer = office.send(method, f"/v1.0/users/{anna}", body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "Request_BadRequest")
        assert answer.json()["error"]["message"].startswith(words)
    team = office.get("/v1.0/groups?$filter=displayName eq 'Team'")["value"][0]["id"]
    added = office.send("POST", f"/v1.0/groups/{team}/members/$ref", there(made(office)))
    assert added.json()["error"]["message"].startswith(words)
    office.patch(f"/v1.0/users/{anna}", {"usageLocation": "SE"})


def test_members_come_and_go_one_by_one_and_in_twenties(office: GraphOffice) -> None:
    people = [made(office, userPrincipalName=f"m{n}@contoso.test", mailNickname=f"m{n}") for n in range(4)]
    body = {**GROUP, "owners@odata.bind": [there(people[0])["@odata.id"]]}
    group = f"/v1.0/groups/{office.post('/v1.0/groups', body, 201)['id']}"
    office.post(f"{group}/members/$ref", there(people[0]))
    status, code, _ = office.refused("POST", f"{group}/members/$ref", there(people[0]))
    assert (status, code) == (400, "Request_BadRequest")
    bound = [there(one)["@odata.id"] for one in people]
    assert office.refused("PATCH", group, {"members@odata.bind": bound})[0] == 400
    twice = {"description": "Changed", "members@odata.bind": [bound[1]] * 2}
    both = {"description": "Changed", "members@odata.bind": bound}
    for refused in (twice, both):
        answer = office.send("PATCH", group, refused)
        words = "One or more added object references already exist for the following modified properties: 'members'."
        assert (answer.status_code, answer.json()["error"]["message"].startswith(words)) == (400, True)
    assert len(office.get(f"{group}/members")["value"]) == 1, "all or none"
    assert office.get(group)["description"] is None, "nothing else either"
    office.patch(group, {"members@odata.bind": bound[1:]})
    assert {one["@odata.id"].rpartition("/")[2] for one in office.get(f"{group}/members/$ref")["value"]} == {*people}
    office.delete(f"{group}/members/{people[2]}/$ref")
    assert office.refused("DELETE", f"{group}/members/{people[2]}/$ref")[0] == 404
    assert len(office.get(f"{group}/members")["value"]) == 3
    assert office.get(f"{group}/owners")["value"][0]["id"] == people[0]
    assert office.refused("POST", f"{group}/members/$ref", there("0" * 8))[0] == 404


def test_groups_take_the_members_that_graph_lets_them_take(office: GraphOffice) -> None:
    def group(name: str, **more: Any) -> str:
        return office.post("/v1.0/groups", {**GROUP, "mailNickname": name, **more}, 201)["id"]

    unified = {"mailEnabled": True, "groupTypes": ["Unified"]}
    secure, inner, team = group("secure"), group("inner"), group("team", **unified)
    kim = office.post("/v1.0/contacts", {"displayName": "Kim", "mail": "kim@else.test"}, 201)["id"]
    words = "An invalid operation was included in the following modified references: 'members'."
    for holder, member in ((secure, secure), (team, team), (secure, team), (team, secure), (team, kim)):
        bound = {"members@odata.bind": [there(member)["@odata.id"]]}
        path = f"/v1.0/groups/{holder}"
        for method, at, body in (("POST", f"{path}/members/$ref", there(member)), ("PATCH", path, bound)):
            answer = office.send(method, at, body)
            assert (answer.status_code, answer.json()["error"]["message"].startswith(words)) == (400, True)
    new = {**GROUP, **unified, "mailNickname": "new", "members@odata.bind": [there(secure)["@odata.id"]]}
    assert office.refused("POST", "/v1.0/groups", new)[0] == 400
    assert office.get("/v1.0/groups?$filter=mailNickname eq 'new'")["value"] == [], "nothing was made"
    for holder, member in ((secure, inner), (inner, secure), (secure, kim), (team, made(office))):
        office.post(f"/v1.0/groups/{holder}/members/$ref", there(member))
    assert {one["id"] for one in office.get(f"/v1.0/groups/{secure}/transitiveMembers")["value"]} >= {inner, kim}


def test_a_manager_is_set_and_taken_away(office: GraphOffice) -> None:
    boss, clerk = made(office), made(office, userPrincipalName="c@contoso.test", mailNickname="c")
    office.put(f"/v1.0/users/{clerk}/manager/$ref", there(boss))
    assert office.get(f"/v1.0/users/{clerk}/manager")["id"] == boss
    office.delete(f"/v1.0/users/{clerk}/manager/$ref")
    assert office.refused("GET", f"/v1.0/users/{clerk}/manager")[0] == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("users", {"displayName": "No name to sign in"}),
        ("users", {**NEW, "userPrincipalName": "a@not-ours.test"}),
        ("users", {**NEW, "onPremisesSyncEnabled": True}),
        ("users", {**NEW, "madeUp": 1}),
        ("users", {**NEW, "passwordProfile": {"passwort": "x"}}),
        ("users", [NEW]),
        ("users", None),
        ("groups", {**GROUP, "mailEnabled": True}),
        ("groups", {**GROUP, "members@odata.bind": ["x"]}),
        ("groups", {**GROUP, "members@odata.bind": [there("a")["@odata.id"]] * 21}),
    ],
)
def test_what_cannot_be_is_refused(office: GraphOffice, path: str, body: Any) -> None:
    assert office.refused("POST", f"/v1.0/{path}", body)[:2] == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    "name", ["accountEnabled", "displayName", "mailNickname", "userPrincipalName", "usageLocation"]
)
def test_what_everybody_has_is_not_taken_back(office: GraphOffice, name: str) -> None:
    path = f"/v1.0/users/{made(office, usageLocation='SE')}"
    select = f"{path}?$select={name}"
    before = office.get(select)
    assert office.refused("PATCH", path, {"city": "Oslo", name: None})[:2] == (400, "Request_BadRequest")
    assert office.get(select) == before
    office.patch(path, {"city": "Oslo", "userType": "Guest"})


def test_a_security_group_does_not_become_one_with_mail(office: GraphOffice) -> None:
    secure = f"/v1.0/groups/{office.post('/v1.0/groups', GROUP, 201)['id']}"
    assert office.refused("PATCH", secure, {"mailEnabled": True})[:2] == (400, "Request_BadRequest")
    office.patch(secure, {"mailEnabled": False})
    unified = {**GROUP, "mailNickname": "team", "mailEnabled": True, "groupTypes": ["Unified"]}
    office.patch(f"/v1.0/groups/{office.post('/v1.0/groups', unified, 201)['id']}", {"mailEnabled": True})


def test_no_two_groups_with_mail_have_one_nickname(office: GraphOffice) -> None:
    unified = {**GROUP, "mailEnabled": True, "securityEnabled": False, "groupTypes": ["Unified"]}
    office.post("/v1.0/groups", GROUP, 201)  # without mail it may be called the same
    first = office.post("/v1.0/groups", unified, 201)["id"]
    again = {**unified, "mailNickname": GROUP["mailNickname"].upper()}
    error = office.send("POST", "/v1.0/groups", again).json()["error"]
    assert error["message"].startswith("Another object with the same value for property mailNickname already exists.")
    assert [one["target"] for one in error["details"]] == ["mailNickname", first]
    other = f"/v1.0/groups/{office.post('/v1.0/groups', {**unified, 'mailNickname': 'other'}, 201)['id']}"
    assert office.refused("PATCH", other, {"mailNickname": GROUP["mailNickname"]})[2] == "value-taken"
    office.patch(f"/v1.0/groups/{first}", {"mailNickname": GROUP["mailNickname"], "description": "first"})
    office.delete(f"/v1.0/groups/{first}")
    office.patch(other, {"mailNickname": GROUP["mailNickname"]})


def test_a_value_that_cannot_be_is_refused_in_graphs_words(office: GraphOffice) -> None:
    path = f"/v1.0/users/{made(office)}"
    bodies = ({"mailNickname": "a b"}, {"surname": "x" * 65}, {"accountEnabled": "yes"}, {"displayName": None})
    for body in bodies:
        message = office.send("PATCH", path, body).json()["error"]["message"]
        assert f"Invalid value specified for property '{next(iter(body))}'" in message
        assert ".." not in message


@pytest.mark.parametrize(
    "wrong",
    [
        {"securityEnabled": False},
        {"groupTypes": ["Unified"]},
        {"groupTypes": ["DynamicMembership"]},
        {"groupTypes": "Unified"},
        {"groupTypes": ["Unified"], "mailEnabled": False},
        {"visibility": "Everybody"},
        {"mailNickname": "make.rs"},
        {"mailNickname": ""},
        {"mailNickname": "m" * 65},
    ],
)
def test_a_group_is_what_graph_makes_and_stays_so(office: GraphOffice, wrong: dict[str, Any]) -> None:
    secure = f"/v1.0/groups/{office.post('/v1.0/groups', {**GROUP, 'visibility': 'Private'}, 201)['id']}"
    before = office.get(secure)
    assert office.refused("POST", "/v1.0/groups", {**GROUP, **wrong})[:2] == (400, "Request_BadRequest")
    assert office.refused("PATCH", secure, wrong)[:2] == (400, "Request_BadRequest")
    assert office.get(secure) == before
    unified = {
        **GROUP,
        "mailNickname": "team",
        "mailEnabled": True,
        "groupTypes": ["Unified"],
        "securityEnabled": False,
    }
    team = f"/v1.0/groups/{office.post('/v1.0/groups', unified, 201)['id']}"
    assert office.refused("PATCH", team, {"groupTypes": []})[:2] == (400, "Request_BadRequest")
    office.patch(team, {"securityEnabled": True, "visibility": "Public"})


def test_contacts_can_be_made_here(office: GraphOffice) -> None:
    body = {"displayName": "Kim", "mail": "kim@else.test", "phones": [{"type": "mobile", "number": "7"}],
            "addresses": [{"city": "Rome", "countryOrRegion": "IT"}]}  # fmt: skip
    id_ = office.post("/v1.0/contacts", body, 201)["id"]
    office.patch(f"/v1.0/contacts/{id_}", {"companyName": "Else"})
    kim = office.get(f"/v1.0/contacts/{id_}")
    assert (kim["companyName"], kim["phones"][0]["number"], kim["addresses"][0]["city"]) == ("Else", "7", "Rome")


def test_objects_of_any_type_by_their_ids(office: GraphOffice) -> None:
    inner = office.post("/v1.0/groups", GROUP, 201)["id"]
    outer = office.post("/v1.0/groups", {**GROUP, "mailNickname": "outer"}, 201)["id"]
    user = made(office)
    office.post(f"/v1.0/groups/{inner}/members/$ref", there(user))
    office.post(f"/v1.0/groups/{outer}/members/$ref", there(inner))
    path = "/v1.0/directoryObjects"
    found = office.post(f"{path}/getByIds", {"ids": [user, inner, "none"], "types": ["user", "group"]}, 200)["value"]
    assert {one["@odata.type"] for one in found} == {"#microsoft.graph.user", "#microsoft.graph.group"}
    for types in ({}, {"types": []}, {"types": ["directoryObject"]}, {"types": ["orgContact", "directoryObject"]}):
        found = office.post(f"{path}/getByIds", {"ids": [user, inner], **types}, 200)["value"]
        assert {one["id"] for one in found} == {user, inner}
    assert office.post(f"{path}/getByIds", {"ids": [user], "types": ["orgContact"]}, 200)["value"] == []
    assert office.get(f"{path}/{user}")["@odata.type"] == "#microsoft.graph.user"
    checked = office.post(f"/v1.0/users/{user}/checkMemberGroups", {"groupIds": [outer, user]}, 200)["value"]
    assert checked == [outer]
    groups = office.post(f"{path}/{user}/getMemberGroups", {"securityEnabledOnly": True}, 200)["value"]
    assert set(groups) == {inner, outer}
    office.delete(f"{path}/{user}")
    office.post(f"{path}/{user}/restore", status=200)


def test_whether_a_group_may_be_called_so(office: GraphOffice) -> None:
    own = office.post("/v1.0/groups", GROUP, 201)["id"]
    new, old = "/v1.0/directoryObjects/validateProperties", f"/v1.0/groups/{own}/validateProperties"
    office.post(new, {"entityType": "Group", "mailNickname": "fine", "displayName": "Makers"})
    office.post(old, {"mailNickname": "MAKERS"})
    for body, wrong in (
        ({"mailNickname": "Makers"}, [("PropertyConflict", "mailNickname")]),
        ({"mailNickname": "a b", "displayName": ""}, [("InvalidValue", n) for n in ("displayName", "mailNickname")]),
    ):
        answer = office.send("POST", new, {"entityType": "Group", **body})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "Request_UnprocessableEntity")
        assert error["message"] == "The values provided contain one or more validation errors."
        assert [(one["code"], one["target"]) for one in error["details"]] == wrong
    for path, body in ((new, {"entityType": "User", "displayName": "x"}), (new, {"entityType": "Group"}), (old, {})):
        assert office.refused("POST", path, body)[:2] == (400, "Request_BadRequest")
    assert office.refused("POST", f"/v1.0/groups/{'0' * 8}/validateProperties", {"displayName": "x"})[0] == 404


def test_more_groups_than_are_told_at_once_are_graphs_error(
    office: GraphOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = office.get("/v1.0/users/anna.berg@contoso.test")["id"]
    monkeypatch.setattr(any_object, "MOST_GROUPS", 0)
    refused = office.refused("POST", f"/v1.0/users/{anna}/getMemberGroups", {"securityEnabledOnly": False})
    assert refused[:2] == (400, "Directory_ResultSizeLimitExceeded")


def test_the_tenant_tells_when_its_jobs_last_synchronised(office: GraphOffice) -> None:
    def told() -> str:
        (tenant,) = office.get("/v1.0/organization?$select=city,createdDateTime,onPremisesLastSyncDateTime")["value"]
        assert (tenant["city"], tenant["createdDateTime"] is None) == (None, False)
        return tenant["onPremisesLastSyncDateTime"]

    at = told()
    assert office.get(office.job)["status"]["steadyStateLastAchievedTime"].startswith(at[:16])
    with office.database.write() as c:
        c.execute(job.update().values(last_success=1_800_000_000.0))
    assert told() == "2027-01-15T08:00:00Z"
    made(office)
    assert told() == "2027-01-15T08:00:00Z", "what people change here is no synchronisation"


def test_the_tenant_and_its_domains(office: GraphOffice) -> None:
    (tenant,) = office.get("/v1.0/organization")["value"]
    assert tenant["onPremisesSyncEnabled"] is True
    assert "contoso.test" in [one["name"] for one in tenant["verifiedDomains"]]
    assert office.get(f"/v1.0/organization/{tenant['id']}")["id"] == tenant["id"]
    office.post("/v1.0/domains", {"id": "fabrikam.test"}, 201)
    assert office.get("/v1.0/domains/fabrikam.test")["isVerified"] is False
    assert office.post("/v1.0/domains/fabrikam.test/verify", status=200)["isVerified"] is True
    office.delete("/v1.0/domains/fabrikam.test")
    assert office.refused("GET", "/v1.0/domains/fabrikam.test")[0] == 404
