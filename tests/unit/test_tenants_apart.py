"""Every route of the service, asked by whoever belongs to one tenant about what belongs to another."""

from __future__ import annotations

import hashlib
import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

import httpx2
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.routing import BaseRoute, Mount

from ropeway.agent import identity
from ropeway.agent.registering import register
from ropeway.agent.service import Service as Connection
from ropeway.agent.sessions import Line
from ropeway.agent.settings import checked
from ropeway.directory import lookup
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret
from ropeway.model.wire.calls import from_bytes
from ropeway.model.wire.sessions import Heartbeat, Pulse, Registration, Taken
from ropeway.service import assembling
from ropeway.service.assembling import House
from ropeway.service.gateway.registering import Registrar
from ropeway.store import calls, roles, tokens
from ropeway.store.calls import Order
from ropeway.store.database import Database
from ropeway.store.metadata import metadata
from ropeway.store.service_tables import audit
from tests.fixtures.tenants import JOB
from tests.fixtures.two_tenants import Side, Two, two_tenants

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PUBLIC = ("/{tenant}/", "/common/")
"""Sign-in, which answers strangers: what it says of a tenant is no secret of its."""
OWN_ACTS = re.compile(r"directoryAudits|/audit$")
"""Where a tenant reads what it did itself, and to what: after a walk, to ids of others that are not there."""
NAMING = re.compile(r"\{(?!type|role\}|cast|profile|template|number|hold)")
"""A part of a path that is a name which a tenant gave."""


def content(database: Database, tenant: int) -> dict[str, str]:
    """Every row of a tenant, by table, as a digest."""
    found: dict[str, str] = {}
    with database.read() as c:
        for table in metadata.sorted_tables:
            if "tenant" in table.c:
                rows = c.execute(select(table).where(table.c.tenant == tenant)).all()
                found[table.name] = hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()
    return found


def guids(database: Database, tenant: int) -> set[str]:
    """Every GUID in the rows of a tenant."""
    with database.read() as c:
        rows = (
            c.execute(select(t).where(t.c.tenant == tenant)).all() for t in metadata.sorted_tables if "tenant" in t.c
        )
        return {found for some in rows for row in some for found in GUID.findall(repr(row))}


def routes(found: Iterable[BaseRoute], before: str = "") -> Iterator[tuple[str, str]]:
    """Every verb and path of a router."""
    for route in found:
        if isinstance(route, Mount):
            yield from routes(route.routes or [], before + route.path)
            continue
        verbs: Iterable[str] = getattr(route, "verbs", None) or getattr(route, "methods", None) or ()
        yield from (
            (verb.upper(), before + str(getattr(route, "path", ""))) for verb in verbs if verb.upper() != "HEAD"
        )


@dataclass
class Apart:
    """Both tenants, what marks the other one, and its names for everything."""

    two: Two
    house: House
    marks: frozenset[str]
    routes: list[tuple[str, str]]
    user: str
    group: str
    deleted: str
    agents: dict[str, Line]
    names: dict[str, str]

    def path(self, written: str) -> str:
        """A path of the router with the other tenant's ids in it."""

        def named(found: re.Match[str]) -> str:
            return quote(self.of(written, found[1], found.start()), safe="")

        return re.sub(r"\{(\w+)(?::\w+)?\}", named, written)

    def of(self, written: str, name: str, at: int) -> str:
        """What the other tenant calls what stands there."""
        before = written[:at].rstrip("/").rpartition("/")[2]
        by_place = {"groups": self.group, "deletedItems": self.deleted, "tokens": self.names["login"]}
        by_place |= {"applications": self.names["application"], "signIns": self.names["sign in"]}
        by_place |= {"directoryAudits": self.names["act"]}
        return by_place.get(before) or self.names.get(name) or self.user

    def leaks(self, answer: httpx2.Response, asked: str) -> list[str]:
        """Marks of the other tenant in an answer that were not in the question."""
        said = answer.text + str(answer.headers)
        return sorted(mark for mark in self.marks if mark in said and mark not in asked)


def agent_of(side: Side, folder: Path, ending: ExitStack) -> Line:
    """An agent that is registered in a tenant."""
    authority = folder / "ca.pem"
    authority.write_text(side.service.ca)
    document = {"service": side.service.url, "ca_file": str(authority)}
    register(folder / side.name, Secret(side.control.registration_token("contoso.test").token), document)
    connection = Connection(checked(document))
    ending.callback(connection.close)
    return Line(folder / side.name, connection)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    folder = tmp_path_factory.mktemp("apart")
    with two_tenants(folder) as two, ExitStack() as ending:
        theirs = two.theirs
        agents = {side.name: agent_of(side, folder, ending) for side in (two.ours, theirs)}
        theirs_users = theirs.control.list_objects("users")
        made = theirs.control.create_object("users", {"displayName": "Gone", "userPrincipalName": "gone@tenant3.test"})
        theirs.control.delete_object("users", made["id"])
        with two.database.write() as c:
            roles.assign(c, theirs.number, "User Administrator", theirs_users[0]["id"], 0.0)
        assert theirs.signed().status_code == 200
        with theirs.client() as client:
            place = f"/v1.0/servicePrincipals/{uuid5(UUID(theirs.id), 'service principal')}/synchronization/jobs"
            assert client.post(f"{place}/{JOB}/pause").status_code == 204
        with two.database.read() as c:
            login = tokens.good(c, theirs.number, "administrator", 0.0)[0].id
        names = {
            "login": login, "job": theirs.control.job(JOB).id, "agent": theirs.control.agents()[0].id,
            "application": theirs.control.application("Reports").id, "domain": f"tenant{theirs.number}.test",
            "name": f"tenant{theirs.number}.test", "organization": theirs.id, "type": "users",
            "credential": theirs.control.application("Reports").credentials[0].id, "cast": "microsoft.graph.user",
            "role": "User Administrator", "number": "1", "attempt": "1", "seq": "1", "hold": "1",
            "profile": "provisioning",
            "principal": str(uuid5(UUID(theirs.id), "service principal")),
            "line": theirs.get("/v1.0/auditLogs/provisioning?$top=1")["value"][0]["id"],
            "sign in": theirs.get("/v1.0/auditLogs/signIns")["value"][0]["id"],
            "act": theirs.get("/v1.0/auditLogs/directoryAudits")["value"][0]["id"],
            "assignment": theirs.get("/v1.0/roleManagement/directory/roleAssignments")["value"][0]["id"],
        }  # fmt: skip
        sync = f"/v1.0/servicePrincipals/{names['principal']}/synchronization"
        names["template"] = theirs.get(f"{sync}/templates")["value"][0]["id"]
        names["directory"] = theirs.get(f"{sync}/jobs/{names['job']}/schema")["directories"][0]["id"]
        published = "/beta/onPremisesPublishingProfiles/provisioning"
        names["group"] = theirs.get(f"{published}/agentGroups")["value"][0]["id"]
        names["resource"] = theirs.get(f"{published}/publishedResources")["value"][0]["id"]
        others = guids(two.database, two.ours.number) | guids(two.database, 1)
        marks = (guids(two.database, theirs.number) | set(names.values()) & set(GUID.findall(str(names)))) - others
        marks |= {theirs.id, theirs.name, f"tenant{theirs.number}.test", theirs.app_id}
        house, _ = assembling.house_of(two.service.settings, two.service.url, two.database, time.time)
        every = [*routes(assembling.answered(assembling.parts_of(house, two.ours.number)).routes)]
        found = [one for one in every if not one[1].startswith(PUBLIC)]
        group = theirs.control.list_objects("groups")[0]["id"]
        while lookup.catch_up(two.database, theirs.number):  # so that the service does not, while a test looks
            pass
        yield Apart(two, house, frozenset(marks), found, theirs_users[0]["id"], group, made["id"], agents, names)


def body_of(apart: Apart) -> dict[str, Any]:
    """One that names everything of the other tenant."""
    reference = f"{apart.two.service.url}/v1.0/directoryObjects/{apart.user}"
    return {"@odata.id": reference, "ids": [apart.user, apart.group], "groupIds": [apart.group]}


def test_what_marks_a_tenant_is_in_what_it_sees_itself(apart: Apart) -> None:
    assert len(apart.marks) > 20
    assert len(apart.routes) > 300
    with apart.two.theirs.client() as client:
        for path in (
            "/v1.0/users",
            "/v1.0/groups",
            "/v1.0/applications",
            "/v1.0/domains",
            "/v1.0/ropeway/applications",
        ):
            assert apart.leaks(client.get(path), "")


def test_acts_and_logs_of_one_tenant_are_in_no_other_trail(apart: Apart) -> None:
    two = apart.two
    with two.service.client() as client:
        for token in (two.ours.token(), _token(two, "administrator of the first tenant")):
            for path in ("/v1.0/auditLogs/directoryAudits", "/v1.0/auditLogs/signIns"):
                answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
                assert (answer.status_code, apart.leaks(answer, "")) == (200, [])


@pytest.mark.parametrize("kind", ["administrator", "application", "administrator of the first tenant"])
def test_no_route_tells_or_does_anything_to_another_tenant(apart: Apart, kind: str) -> None:
    two = apart.two
    before = content(two.database, two.theirs.number)
    told: list[str] = []
    with two.service.client() as client:
        token = _token(two, kind)
        for verb, written in apart.routes:
            path, body = apart.path(written), body_of(apart) if verb in ("POST", "PATCH", "PUT") else None

            def ask(token: str, verb: str = verb, path: str = path, body: Any = body) -> httpx2.Response:
                headers = {"Authorization": f"Bearer {token}"}
                return client.request(verb, path, headers=headers, **({} if body is None else {"json": body}))

            answer = ask(token)
            if answer.status_code == 401:  # one of these routes has ended it: another one
                token = _token(two, kind)
                answer = ask(token)
            if (found := apart.leaks(answer, path + str(body))) and not OWN_ACTS.search(path):
                told.append(f"{verb} {written} tells {found}: {answer.text}")
            if answer.status_code >= 500 and written != "/readyz":
                told.append(f"{verb} {written} fails: {answer.status_code} {answer.text}")
            if NAMING.search(written) and answer.status_code < 400 and "errand" not in answer.text:
                told.append(f"{verb} {written} answers {answer.status_code} {answer.text}")
    assert told == []
    assert content(two.database, two.theirs.number) == before


def _token(two: Two, kind: str) -> str:
    if kind == "application":
        return two.ours.signed().json()["access_token"]
    if kind == "administrator":
        return two.ours.token()
    with two.database.write() as c:
        return tokens.issue(c, 1, "administrator", "Zoë", now=time.time(), lifetime=3600).reveal()


COLLECTIONS = ("users", "groups", "contacts", "devices", "applications", "servicePrincipals", "directoryObjects")
FILTERS = (
    "id eq '{}'",
    "displayName eq '{}'",
    "startswith(displayName,'{}')",
    "id in ('{}')",
    "not(id eq '{}')",
    "mail ne '{}'",
)


@st.composite
def questions(draw: st.DrawFn) -> str:
    """A list or a thing of Graph, with options that name whatever the other tenant has; `{n}` is its n-th mark."""
    mark = "{" + str(draw(st.integers(0, 10**6))) + "}"
    collection = draw(st.sampled_from(COLLECTIONS))
    path = draw(
        st.sampled_from((collection, f"{collection}/{mark}", f"{collection}/{mark}/memberOf", f"{collection}/$count"))
    )
    options = draw(
        st.lists(
            st.sampled_from((
                "$filter=" + draw(st.sampled_from(FILTERS)).format(mark), f'$search="displayName:{mark}"',
                "$count=true", "$top=2", "$expand=memberOf", "$expand=manager", "$select=id",
                "$orderby=displayName",
            )), max_size=3, unique_by=lambda option: option.partition("=")[0],
        )
    )  # fmt: skip
    return f"{path}?{'&'.join(options)}" if options else path


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(questions(), min_size=1, max_size=20))
def test_whatever_is_asked_of_graph_by_itself_or_in_a_batch_stays_at_home(apart: Apart, asked: list[str]) -> None:
    marks = sorted(apart.marks)
    paths = [re.sub(r"\{(\d+)\}", lambda found: marks[int(found[1]) % len(marks)], one) for one in asked]
    requests = [{"id": str(n), "method": "GET", "url": f"/{path}", "headers": {"ConsistencyLevel": "eventual"}}
                for n, path in enumerate(paths)]  # fmt: skip
    with apart.two.service.client(token=apart.two.ours.token()) as client:
        answer = client.post("/v1.0/$batch", json={"requests": requests})
        alone = client.get(f"/v1.0/{paths[0]}", headers={"ConsistencyLevel": "eventual"})
    assert answer.status_code == 200
    assert alone.status_code < 500
    assert apart.leaks(answer, str(paths)) == apart.leaks(alone, str(paths)) == []


PAGED = (
    "users", "groups", "groups?$orderby=displayName desc", "users?$filter=startsWith(displayName,'a')",
    "auditLogs/provisioning", "auditLogs/directoryAudits", "auditLogs/signIns", "servicePrincipals", "applications",
    "domains", "directoryRoles",
)  # fmt: skip


def test_pages_and_deltas_of_one_tenant_go_on_in_no_other(apart: Apart) -> None:
    ours, theirs = apart.two.ours, apart.two.theirs
    pages = (theirs.get(f"/v1.0/{one}{'&' if '?' in one else '?'}$top=1").get("@odata.nextLink") for one in PAGED)
    deltas = (theirs.get(f"/v1.0/{one}/delta") for one in ("users", "groups", "directoryObjects"))
    links = [*filter(None, pages), *(one.get("@odata.nextLink") or one["@odata.deltaLink"] for one in deltas)]
    assert len(links) >= 8
    with ours.client() as client:
        for link in links:
            refused = client.get(link)
            assert refused.json()["error"]["code"] == "Directory_ExpiredPageToken", link
            assert apart.leaks(refused, link) == []


def test_a_signed_token_is_good_in_the_tenant_whose_keys_signed_it_alone(apart: Apart) -> None:
    two = apart.two
    token = two.theirs.signed().json()["access_token"]
    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body + "=="))
    for changed in (
        {"tid": two.ours.id},
        {"tid": two.ours.id, "iss": claims["iss"].replace(two.theirs.id, two.ours.id)},
    ):
        forged = urlsafe_b64encode(json.dumps(claims | changed).encode()).decode().rstrip("=")
        for text in (f"{head}.{forged}.{signature}", f"{head}.{forged}."):
            with two.service.client(token=text) as client:
                assert client.get("/v1.0/users").status_code == 401
    parts = assembling.parts_of(apart.house, two.ours.number)
    assert parts.identity is not None
    assert parts.identity.caller(token) is None
    with two.service.client(token=token) as client:
        found = client.get("/v1.0/organization").json()["value"]
    assert [one["id"] for one in found] == [two.theirs.id]


def test_an_agent_of_one_tenant_has_no_part_in_the_calls_of_another(apart: Apart) -> None:
    two, ours, theirs = apart.two, apart.agents["Fabrikam"], apart.agents["Woodgrove"]
    ours.post("/heartbeat", Heartbeat("1.0"), Pulse)
    theirs.post("/heartbeat", Heartbeat("1.0"), Pulse)
    with two.database.write() as c:
        number = calls.ask(c, Order(two.theirs.number, "contoso.test", 1, "read", b""), time.time())
    assert from_bytes(ours.send("GET", "/poll", query={"wait": "1"}, hold=1)) == []
    agent = two.theirs.control.agents()[0].id
    with two.database.write() as c:
        lease = calls.take(c, number, agent, time.time())
    assert lease is not None
    for verb, path, body in (
        ("POST", f"/calls/{number}/1/parts/1", b"x"),
        ("GET", f"/calls/{number}/1/room/1", b""),
        ("POST", f"/calls/{number}/1/changed", b""),
    ):
        with pytest.raises(RopewayError) as refused:
            ours.send(verb, path, body, {"wait": "1"})
        assert refused.value.problem.code == "call-gone"
    ours.post("/leave", Heartbeat("1.0"), Taken)
    with two.database.read() as c:
        assert calls.require(c, lease.lease).agent == agent
        assert calls.answers(c, number).parts == []


def test_a_registration_token_makes_an_agent_of_its_own_tenant(apart: Apart) -> None:
    two = apart.two
    assert [len(side.control.agents()) for side in (two.ours, two.theirs)] == [1, 1]
    parts = assembling.parts_of(apart.house, two.ours.number)
    assert parts.agents is not None
    token = two.theirs.control.registration_token("contoso.test").token
    csr = identity.request(identity.new_key(), "dc1")
    with pytest.raises(RopewayError) as refused:
        Registrar(parts, parts.agents).register(Registration(token, parts.url, "dc1", csr, "1.0"), "127.0.0.1")
    assert refused.value.problem.code == "agent-token-refused"
    with two.service.client() as client:
        body = msgspec.to_builtins(Registration(token, parts.url, "dc1", csr, "1.0"))
        assert client.post("/agent/v1/register", json=body).status_code == 201
        assert client.post("/agent/v1/register", json=body).status_code == 401, "it was used"
        assert client.post("/agent/v1/register", json=body | {"token": "rw_forged"}).status_code == 401
    assert [len(side.control.agents()) for side in (two.ours, two.theirs)] == [1, 2]
    with two.database.read() as c:
        found = select(audit.c.tenant, audit.c.outcome).where(audit.c.action == "register_agent")
        rows = [tuple(row) for row in c.execute(found.order_by(audit.c.id))]
    theirs = [(two.theirs.number, "success"), (two.theirs.number, "agent-token-refused")]
    assert rows[2:] == theirs, "a forged token is of no tenant, so none hears of it"
