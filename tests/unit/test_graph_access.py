"""Who gets in, over TLS: applications, people with and without roles, what is one's own; batches add nothing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.model.permissions import BASIC, GLOBAL, HYBRID, KNOWN, REPORTS, ROLES, SCOPES, USERS, Power, reach
from ropeway.service.graph import routes
from ropeway.service.odata.resource import VerbRoute
from tests.unit.graph_office import GraphOffice
from tests.unit.graph_office import shared_office as graph_office
from tests.unit.sign_in_office import Office, office, shared_office

__all__ = ["graph_office", "office", "shared_office"]

NOBODY = "00000000-0000-7000-8000-000000000000"


def asked(office: Office, token: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and body of an answer."""
    with office.service.client(token=token) as client:
        answer = client.request(method, path, **({} if body is None else {"json": body}))
        return answer.status_code, answer.json() if answer.content else None


def batched(office: Office, token: str, *requests: tuple[str, str]) -> list[int]:
    """Statuses of requests within one."""
    inner = [{"id": str(n), "method": m, "url": url} for n, (m, url) in enumerate(requests)]
    status, found = asked(office, token, "POST", "/v1.0/$batch", {"requests": inner})
    assert status == 200, found
    by_id = {one["id"]: one["status"] for one in found["responses"]}
    return [by_id[one["id"]] for one in inner]


def test_an_application_may_in_a_batch_what_it_may_outside(office: Office) -> None:
    app, secret = office.application("Reports", "AuditLog.Read.All")
    token, person = office.token(app, secret), office.person("anna")
    tricks = [
        f"/users/{person}?$select=displayName",
        f"/users('{person}')",
        "/users/anna@contoso.test",
        f"{office.service.url}/v1.0/users",
        f"{office.service.url}/beta/../v1.0/users",
        f"{office.service.url}/v1.0/ropeway/applications",
        "/../v1.0/users",
        "/auditLogs/../users",
        "/auditLogs/%2e%2e/users",
        "/auditLogs%2f..%2fusers",
        "/%75sers",
        "//users",
        "/users#/auditLogs/directoryAudits",
        "/users?/auditLogs/directoryAudits",
        "https://evil.test/v1.0/auditLogs/directoryAudits",
        "/ropeway/applications",
        "/$batch",
        "/me",
        "/servicePrincipals('x')/synchronization/jobs",
    ]
    assert batched(office, token, ("GET", "/auditLogs/directoryAudits")) == [200]
    found = batched(office, token, *(("GET", url) for url in tricks))
    assert [(url, status) for url, status in zip(tricks, found, strict=True) if status < 400] == []
    assert batched(office, token, ("POST", "/$batch"), ("DELETE", f"/users/{person}")) == [404, 403]
    assert asked(office, office.token_for(person, "User.Read"), "GET", "/v1.0/me")[0] == 200


def test_a_key_in_parentheses_is_no_way_around_the_rule_of_synchronization(office: Office) -> None:
    app, secret = office.application("Reader", "Application.Read.All")
    token = office.token(app, secret)
    found = asked(office, token, "GET", "/v1.0/servicePrincipals?$filter=displayName eq 'Ropeway'")[1]
    (principal,) = found["value"]
    for path in ("('{}')", "/{}", "(appId='{}')"):
        at = f"/v1.0/servicePrincipals{path.format(principal['id'])}"
        assert asked(office, token, "GET", f"{at}/synchronization/jobs")[0] == 403, path


def test_a_person_may_what_scope_and_role_say_together(office: Office) -> None:
    anna, ulf = office.person("anna"), office.person("ulf", USERS)
    job = "/v1.0/servicePrincipals/x/synchronization/jobs"
    change = {"displayName": "Anna B"}
    assert asked(office, office.token_for(ulf, "User.ReadWrite.All"), "PATCH", f"/v1.0/users/{anna}", change)[0] == 204
    assert asked(office, office.token_for(ulf, "User.Read.All"), "PATCH", f"/v1.0/users/{anna}", change)[0] == 403
    assert asked(office, office.token_for(anna, "User.ReadWrite.All"), "PATCH", f"/v1.0/users/{ulf}", change)[0] == 403
    assert asked(office, office.token_for(ulf, "Synchronization.ReadWrite.All"), "GET", job)[0] == 403
    assert asked(office, office.token_for(ulf), "GET", "/v1.0/users")[0] == 403
    status, told = asked(office, office.token_for(anna, "User.Read.All"), "GET", "/v1.0/users")
    assert (status, told["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert "directory role" in told["error"]["message"]


def test_people_see_themselves_and_everybodys_basic_profile(office: Office) -> None:
    anna, ulf = office.person("anna", jobTitle="Engineer"), office.person("ulf", jobTitle="Cook")
    own, basic = office.token_for(anna, "User.Read"), office.token_for(anna, "User.ReadBasic.All")
    for path in ("/me", f"/users/{anna}", f"/users('{anna.upper()}')", "/users/ANNA@contoso.test"):
        assert asked(office, own, "GET", f"/v1.0{path}")[1]["jobTitle"] == "Engineer", path
    assert asked(office, own, "GET", f"/v1.0/users/{ulf}")[0] == 403
    assert asked(office, own, "GET", "/v1.0/users")[0] == 403
    assert asked(office, own, "GET", "/v1.0/me/memberOf")[1]["value"] == []
    assert asked(office, own, "GET", "/v1.0/me/manager")[0] == 403
    assert asked(office, office.token_for(anna, "User.Read.All"), "GET", "/v1.0/me/manager")[0] == 404
    status, told = asked(office, basic, "GET", f"/v1.0/users/{ulf}")
    assert (status, set(told) - {"@odata.context"}) == (200, set(BASIC))
    assert len(asked(office, basic, "GET", "/v1.0/users?$filter=startsWith(displayName,'U')")[1]["value"]) == 1
    curious = ("?$select=jobTitle", "?$filter=jobTitle eq 'Cook'", "?$orderby=jobTitle", "?$expand=manager")
    for query in (*curious, "?$filter=id ne 'x' and not(startsWith(jobTitle,'C'))", '?$search="jobTitle:Cook"'):
        assert asked(office, basic, "GET", f"/v1.0/users{query}")[0] == 403, query
    assert batched(office, basic, ("GET", f"/users/{ulf}?$select=jobTitle"), ("GET", f"/users/{ulf}")) == [403, 200]


def test_people_change_a_little_of_themselves(office: Office) -> None:
    anna = office.person("anna")
    token = office.token_for(anna, "User.ReadWrite")
    assert asked(office, token, "PATCH", "/v1.0/me", {"mobilePhone": "+46 70 1"})[0] == 204
    assert asked(office, token, "GET", "/v1.0/me?$select=mobilePhone")[1]["mobilePhone"] == "+46 70 1"
    for change in ({"jobTitle": "King"}, {"accountEnabled": False}, {"mobilePhone": "1", "displayName": "K"}):
        assert asked(office, token, "PATCH", "/v1.0/me", change)[0] == 403
    assert asked(office, token, "DELETE", "/v1.0/me")[0] == 405
    assert asked(office, token, "DELETE", f"/v1.0/users/{anna}")[0] == 403


def test_an_application_by_itself_is_no_me(office: Office) -> None:
    app, secret = office.application("Reader", "User.Read.All")
    status, told = asked(office, office.token(app, secret), "GET", "/v1.0/me")
    assert (status, told["error"]["code"]) == (400, "Request_BadRequest")


def test_who_is_disabled_deleted_or_lost_a_role_has_lost_it_at_once(office: Office) -> None:
    from ropeway.control.in_process import TENANT, open_database
    from ropeway.store.roles import withdraw

    ulf, anna = office.person("ulf", USERS), office.person("anna")
    token = office.token_for(ulf, "User.ReadWrite.All", "User.Read", wids=[ROLES[USERS], ROLES[GLOBAL]])
    assert asked(office, token, "GET", "/v1.0/users")[0] == 200
    database = open_database(office.service.settings.state)
    with database.write() as c:
        assert withdraw(c, TENANT, USERS, ulf)
    database.close()
    assert asked(office, token, "GET", "/v1.0/users")[0] == 403
    boss = office.token_for(office.person("boss", GLOBAL), "User.ReadWrite.All")
    assert asked(office, boss, "PATCH", f"/v1.0/users/{ulf}", {"accountEnabled": False})[0] == 204
    assert asked(office, token, "GET", "/v1.0/me")[0] == 401
    gone = office.token_for(anna, "User.Read")
    assert asked(office, boss, "DELETE", f"/v1.0/users/{anna}")[0] == 204
    assert asked(office, gone, "GET", "/v1.0/me")[0] == 401


@pytest.mark.parametrize("scope", [None, 7, ["User.Read.All"]])
def test_a_token_without_scopes_is_nobodys(office: Office, scope: Any) -> None:
    boss = office.person("boss", GLOBAL)
    assert asked(office, office.token_for(boss, scp=scope), "GET", "/v1.0/users")[0] == 401


def test_every_route_answers_as_the_table_says(shared_office: Office, graph_office: GraphOffice) -> None:
    """Some of all requests that roles, permissions and routes allow, over the wire; the rest is the table's law."""
    places = [(r, m) for r in routes(graph_office.parts) if isinstance(r, VerbRoute) for m in r.verbs]
    people = {
        role: shared_office.person(role[:3].lower() or "plain", *([role] if role else [])) for role in (*ROLES, "")
    }
    app, _ = shared_office.application("Walker", *KNOWN)

    @settings(max_examples=150)
    @given(
        st.sampled_from(places), st.sampled_from([None, *people]), st.lists(st.sampled_from(sorted(SCOPES)), max_size=2)
    )
    def walk(place: tuple[VerbRoute, str], role: str | None, names: Sequence[str]) -> None:
        route, method = place
        power = Power(frozenset(names), None if role is None else frozenset({role} - {""}))
        expected = reach(route.rules[method], route.verbs[method].access, power)
        path = "/".join(NOBODY if part.startswith("{") else part for part in route.path.split("/"))
        if role is None:
            token = shared_office.token_for("", app=app, idtyp="app", roles=list(names), app_displayname="Walker")
        else:
            token = shared_office.token_for(people[role], *names)
        if "/me" in route.path:
            return
        status = shared_office.status(token, path, method.upper())
        assert (status == 403) == (expected is None), (method, path, names, role, status)
        (inner,) = batched(shared_office, token, (method.upper(), path.partition("/v1.0")[2] or path))
        assert (inner == 403) == (expected is None) or "/beta/" in path or "$batch" in path

    walk()
    assert {GLOBAL, HYBRID, REPORTS} < people.keys()


def test_people_change_their_password_and_nobody_elses(office: Office) -> None:
    anna, ulf = office.person("anna"), office.person("ulf")
    boss = office.token_for(office.person("boss", GLOBAL), "User.ReadWrite.All")
    profile = {"passwordProfile": {"password": "Ropes+Cables1", "forceChangePasswordNextSignIn": False}}
    assert asked(office, boss, "PATCH", f"/v1.0/users/{anna}", profile)[0] == 204
    token, change = office.token_for(anna, "User.ReadWrite"), "/v1.0/me/changePassword"
    said = {"currentPassword": "Ropes+Cables1", "newPassword": "Cables+Ropes2"}
    status, told = asked(office, token, "POST", change, said | {"currentPassword": "guess"})
    assert (status, "AADSTS50126" in told["error"]["message"]) == (400, True)
    assert asked(office, token, "POST", change, said | {"newPassword": "short"})[0] == 400
    assert asked(office, token, "POST", f"/v1.0/users/{ulf}/changePassword", said)[0] == 403
    assert asked(office, boss, "POST", f"/v1.0/users/{anna}/changePassword", said)[0] == 403
    assert asked(office, token, "POST", change, said)[0] == 204
    assert asked(office, token, "POST", change, said)[0] == 401, "a new password ends every sign-in"
    token = office.token_for(anna, "User.ReadWrite")
    assert asked(office, token, "POST", change, said)[0] == 400
    assert asked(office, token, "PATCH", "/v1.0/me", profile)[0] == 403


def test_sign_ins_are_ended_by_oneself_and_by_who_may(office: Office) -> None:
    anna, boss = office.person("anna"), office.person("boss", GLOBAL)
    ulf = office.token_for(office.person("ulf", USERS), "User.RevokeSessions.All")
    token = office.token_for(anna, "User.RevokeSessions.All")
    status, told = asked(office, token, "POST", "/v1.0/me/revokeSignInSessions")
    assert (status, told["value"]) == (200, True)
    assert asked(office, ulf, "POST", f"/v1.0/users/{anna}/revokeSignInSessions")[0] == 200
    assert asked(office, token, "POST", "/v1.0/me/revokeSignInSessions")[0] == 401, "at once"
    token = office.token_for(anna, "User.RevokeSessions.All")
    assert asked(office, token, "POST", f"/v1.0/users/{boss}/revokeSignInSessions")[0] == 403
    assert asked(office, ulf, "POST", f"/v1.0/users/{boss}/revokeSignInSessions")[0] == 403


def test_sign_ins_of_people_are_told_to_those_who_may_read_the_log(office: Office) -> None:
    boss, path = office.person("boss", GLOBAL), "/v1.0/users?$select=id,signInActivity"
    assert asked(office, office.token_for(boss, "User.Read.All"), "GET", path)[0] == 403
    assert asked(office, office.token_for(boss, "User.Read.All", "AuditLog.Read.All"), "GET", path)[0] == 200
    anna = office.person("anna")
    assert asked(office, office.token_for(anna, "User.Read"), "GET", "/v1.0/me?$select=signInActivity")[0] == 403
    inner = ("GET", f"/users/{anna}?$select=signInActivity")
    assert batched(office, office.token_for(boss, "User.Read.All"), inner) == [403]


def test_what_names_no_type_is_open_as_far_as_the_type_is(office: Office) -> None:
    shape = {"displayName": "Makers", "mailNickname": "makers", "mailEnabled": False, "securityEnabled": True}
    every = office.token(*office.application("Every", "Directory.ReadWrite.All"))
    people = office.token(*office.application("People", "User.ReadWrite.All", "User.ReadBasic.All"))
    groups = office.token(*office.application("Groups", "Group.ReadWrite.All", "User.ReadBasic.All"))
    anna = office.person("anna")
    (made, makers), bin_ = asked(office, every, "POST", "/v1.0/groups", shape), "/v1.0/directory/deletedItems"
    assert made == 201
    for path in (f"users/{anna}", f"groups/{makers['id']}", f"directoryObjects/{anna}"):  # as Graph's permissions say
        assert asked(office, every, "DELETE", f"/v1.0/{path}")[0] == 403, path
    profile = {"passwordProfile": {"password": "Ropeway-9-secret"}}
    assert asked(office, every, "PATCH", f"/v1.0/users/{anna}", profile)[0] == 403
    assert asked(office, people, "DELETE", f"/v1.0/users/{anna}")[0] == 204
    for path in (f"{bin_}/{anna}", f"{bin_}/microsoft.graph.user", f"{bin_}/microsoft.graph.user/$count"):
        assert [asked(office, token, "GET", path)[0] for token in (every, groups)] in ([200, 403], [400, 403]), path
    assert [asked(office, token, "DELETE", f"{bin_}/{anna}")[0] for token in (every, groups)] == [403, 403]
    for path in (f"{bin_}/{anna}", f"/v1.0/directoryObjects/{anna}"):
        assert asked(office, groups, "POST", f"{path}/restore", {})[0] == 403
    assert asked(office, people, "POST", f"{bin_}/{anna}/restore", {})[0] == 200


def test_members_whose_type_may_not_be_read_are_ids_alone(office: Office) -> None:
    anna = office.person("anna", department="Sales", mobilePhone="7")
    shape = {"displayName": "Makers", "mailNickname": "makers", "mailEnabled": False, "securityEnabled": True}
    makers = office.control.create_object("groups", shape | {"members": [anna]})["id"]
    members, select = f"/v1.0/groups/{makers}/members", "$select=id,displayName,department"
    whole = {"id": anna, "displayName": "Anna", "department": "Sales"}
    basic, bare = whole | {"department": None}, {"id": anna, "displayName": None, "department": None}
    for more, wanted in ((), bare), (("User.ReadBasic.All",), basic), (("User.Read.All",), whole):
        app = "-".join(("Reader", *more)).replace(".", "-")
        token = office.token(*office.application(app, "GroupMember.Read.All", *more))

        def told(path: str, token: str = token) -> list[dict[str, Any]]:
            status, found = asked(office, token, "GET", path)
            assert status == 200, found
            return [{n: v for n, v in one.items() if "@" not in n} for one in found.get("members", found.get("value"))]

        assert told(f"{members}?{select}") == told(f"{members}/microsoft.graph.user?{select}") == [wanted]
        assert told(f"/v1.0/groups/{makers}?$expand=members({select})&$select=id") == [wanted]
        for name, value in ("displayName", "Anna"), ("department", "Sales"):  # nor are they found by what is not told
            found = told(f"{members}?{select}&$filter={name} eq '{value}'")
            assert found == ([wanted] if wanted[name] else []), name


def test_a_manager_is_told_in_full_to_whom_the_way_to_one_is_open(office: Office) -> None:
    boss, anna = office.person("boss", department="Board"), office.person("anna")
    office.control.update_object("users", anna, {"manager": [boss]})
    path = "/v1.0/me?$expand=manager($select=id,department)&$select=id"
    for scope, manager in ("User.Read", None), ("User.Read.All", {"id": boss, "department": "Board"}):
        status, found = asked(office, office.token_for(anna, "User.Read", scope), "GET", path)
        assert status == 200
        told = found["manager"] and {name: found["manager"][name] for name in ("id", "department")}
        assert told == manager, scope


def test_what_is_expanded_is_what_the_path_to_it_would_tell(office: Office) -> None:
    top, boss, anna = (office.person(name) for name in ("top", "boss", "anna"))
    for person, above in (boss, top), (anna, boss):
        office.control.update_object("users", person, {"manager": [above]})
    shape = {"displayName": "Makers", "mailNickname": "makers", "mailEnabled": False, "securityEnabled": True}
    makers = office.control.create_object("groups", shape | {"members": [anna], "owners": [boss]})["id"]
    own, reader = office.token_for(anna, "User.Read"), office.token_for(anna, "User.Read.All")
    app = office.token(*office.application("Members", "GroupMember.Read.All"))
    for token, path, name, told in (
        (own, "/v1.0/me/memberOf/microsoft.graph.group?$expand=members", "members", []),
        (app, f"/v1.0/groups/{makers}?$expand=owners", "owners", []),
        (app, f"/v1.0/groups/{makers}/members/microsoft.graph.user?$expand=manager", "manager", None),
        (reader, "/v1.0/me/manager?$expand=directReports", "directReports", []),
    ):
        status, found = asked(office, token, "GET", path)
        one = found["value"][0] if "value" in found else found
        assert (status, one.get(name)) == (200, told), path
    status, found = asked(office, reader, "GET", "/v1.0/me?$expand=manager($levels=max)&$count=true")
    told = (status, found["manager"]["id"], found["manager"].get("manager"))
    assert told == (200, boss, None), "the first is one's own"


def test_pages_of_members_tell_no_names_and_leave_nobody_out(office: Office) -> None:
    people = {office.person(name) for name in ("anna", "bert", "cleo")}
    shape = {"displayName": "Makers", "mailNickname": "makers", "mailEnabled": False, "securityEnabled": True}
    makers = office.control.create_object("groups", shape | {"members": sorted(people)})["id"]
    token = office.token(*office.application("Members", "GroupMember.Read.All"))
    found, path = set[str](), f"/v1.0/groups/{makers}/members?$top=1"
    while path:
        status, page = asked(office, token, "GET", path)
        assert status == 200
        found |= {one["id"] for one in page["value"]}
        path = page.get("@odata.nextLink", "").removeprefix(office.service.url)
        skip = path.partition("$skiptoken=")[2]
        assert not any(name in base64.urlsafe_b64decode(skip + "==") for name in (b"anna", b"bert", b"cleo"))
    assert found == people
    (one, *_) = people
    status, page = asked(office, token, "GET", f"/v1.0/groups/{makers}/members?$filter=id eq '{one}'")
    assert [each["id"] for each in page["value"]] == [one]
    assert asked(office, token, "GET", f"/v1.0/groups/{makers}/members?$orderby=displayName")[0] == 403


def test_who_may_change_members_binds_them_and_changes_nothing_else(office: Office) -> None:
    anna = office.person("anna")
    shape = {"displayName": "Makers", "mailNickname": "makers", "mailEnabled": False, "securityEnabled": True}
    makers = f"/v1.0/groups/{office.control.create_object('groups', shape)['id']}"
    token = office.token(*office.application("Members", "GroupMember.ReadWrite.All"))
    there = [f"{office.service.url}/v1.0/users/{anna}"]
    for more in ({"displayName": "Mine"}, {"owners@odata.bind": there}):
        assert asked(office, token, "PATCH", makers, {"members@odata.bind": there, **more})[0] == 403
    assert asked(office, token, "PATCH", makers, {"members@odata.bind": there})[0] == 204
    assert asked(office, token, "GET", makers)[0] == 200, "it reads what it may change"
    group = makers.rpartition("/")[2]
    office.control.delete_object("groups", group)
    both = office.token(*office.application("Both", "GroupMember.ReadWrite.All", "User.ReadWrite.All"))
    assert asked(office, both, "POST", f"/v1.0/directory/deletedItems/{group}/restore", {})[0] == 403
