"""Every route of a running service times every role: the table of permissions says who gets in, and nothing else."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from typing import NamedTuple

import httpx2
import pytest
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from ropeway.control.calls import BASE
from ropeway.control.in_process import TENANT, open_database
from ropeway.model.permissions import GLOBAL, KNOWN, ROLES, SCOPES, Access, Power, Rule, reach, rule_of
from ropeway.model.problems import RopewayError
from ropeway.model.wire.sessions import PATH as OF_AGENTS
from ropeway.service.assembling import answered, house_of, parts_of
from ropeway.service.control.matching import ExactRoute
from ropeway.service.odata.resource import VerbRoute
from tests.unit.sign_in_office import Office, shared_office

__all__ = ["shared_office"]


class Place(NamedTuple):
    """One method of one route."""

    method: str
    path: str
    access: Access
    rule: Rule | None


OPEN = {
    "/common/discovery/instance", "/common/userrealm/{user}", "/{tenant}/v2.0/.well-known/openid-configuration",
    "/{tenant}/.well-known/openid-configuration", "/{tenant}/discovery/v2.0/keys", "/{tenant}/oauth2/v2.0/token",
    "/{tenant}/oauth2/v2.0/devicecode", "/{tenant}/oauth2/v2.0/revoke", "/{tenant}/oauth2/v2.0/authorize",
    "/{tenant}/oauth2/v2.0/logout", "/{tenant}/device", "/{tenant}/second-factor", "/oidc/userinfo", "/ca.pem",
    "/login", "/{tenant}/adminconsent", "/{tenant}/v2.0/adminconsent", "/healthz", "/readyz", "/metrics", "/logout",
}  # fmt: skip
"""Where people and machines come who have no token yet, ask about their own, or came by a link."""
NOBODY = "00000000-0000-7000-8000-000000000000"


def flat(routes: list[BaseRoute], before: str = "") -> list[tuple[str, BaseRoute]]:
    found: list[tuple[str, BaseRoute]] = []
    for route in routes:
        if isinstance(route, Mount):
            found += flat(list(route.routes), before + route.path)
        else:
            assert isinstance(route, Route | WebSocketRoute), route
            found.append((before + route.path, route))
    return found


@pytest.fixture(scope="module")
def every(shared_office: Office) -> Generator[list[tuple[str, BaseRoute]]]:
    """All that the service answers."""
    service = shared_office.service
    database = open_database(service.settings.state)
    made = answered(parts_of(house_of(service.settings, service.url, database, shared_office.clock)[0], TENANT))
    yield flat(made.routes)
    made.close()
    database.close()


@pytest.fixture(scope="module")
def places(every: list[tuple[str, BaseRoute]]) -> list[Place]:
    """Each method of each route that has a rule."""
    found: list[Place] = []
    for path, route in every:
        if isinstance(route, VerbRoute):
            found += [Place(name.upper(), path, verb.access, route.rules[name]) for name, verb in route.verbs.items()]
        elif isinstance(route, Route) and (isinstance(route, ExactRoute) or path.startswith("/login/tokens")):
            found += [
                Place(method, path, "read" if method == "GET" else "write", rule_of(path, method))
                for method in sorted((route.methods or set()) - {"HEAD"})
            ]
    return found


def test_each_route_is_in_the_table_or_open_on_purpose(every: list[tuple[str, BaseRoute]], places: list[Place]) -> None:
    assert len(places) > 350
    assert [place for place in places if place.rule is None] == []
    ruled = {place.path for place in places}
    assert {path for path, _ in every if path not in ruled and not path.startswith(OF_AGENTS)} == OPEN


BEARERS = {
    **{f"a {role}": Power(SCOPES, frozenset({role})) for role in ROLES},
    "nobody in particular": Power(SCOPES, frozenset()),
    "an application with everything": Power(KNOWN, None),
    f"a {GLOBAL} whose application may nothing": Power(frozenset(), frozenset({GLOBAL})),
    "an application without anything": Power(frozenset(), None),
}


@pytest.mark.parametrize("who", BEARERS)
def test_each_route_opens_to_whom_the_table_says(shared_office: Office, places: list[Place], who: str) -> None:
    """What is refused is refused before anything is read; what is let in asks for nothing that could be done."""
    token = bearer(shared_office, who)
    with shared_office.service.client(token=token) as client:
        for place in places:
            own = place.path.startswith("/v1.0/me")
            if own and BEARERS[who].roles is None:
                continue  # answered 400: an application is no me
            status = asked(client, place)
            expected = reach(place.rule, place.access, BEARERS[who], own=own)
            assert (status == 403) == (expected is None), (who, place.method, place.path, status, expected)
            assert status not in (401, 500), (who, place.method, place.path)
            if place.path.endswith("/revokeSignInSessions"):
                client.headers["Authorization"] = f"Bearer {bearer(shared_office, who)}"


@pytest.mark.parametrize("who", BEARERS)
def test_what_agents_ask_is_open_to_nobody_else(
    shared_office: Office, every: list[tuple[str, BaseRoute]], who: str
) -> None:
    with shared_office.service.client(token=bearer(shared_office, who)) as client:
        for path, route in every:
            if path.startswith(OF_AGENTS) and isinstance(route, Route):
                for method in sorted(route.methods or ()):
                    status = asked(client, Place(method, path, "write", None))
                    assert status in (400, 401, 403), (path, status)


def asked(client: httpx2.Client, place: Place) -> int:
    """With ids of nothing, an empty body, and what no call of Control takes: it ends at the latest there."""
    path = "/".join(NOBODY if part.startswith("{") else part for part in place.path.split("/"))
    query = "?never=1" if path.startswith(BASE) else ""
    return client.request(place.method, path + query, json=None if place.method == "GET" else {}).status_code


def bearer(office: Office, who: str) -> str:
    """A token of somebody with that power."""
    power, app = BEARERS[who], office.control.application("First")
    if power.roles is None:
        return office.token_for("", app=app, idtyp="app", roles=sorted(power.permissions), app_displayname="First")
    name = f"p{list(BEARERS).index(who)}"
    with suppress(RopewayError):
        office.person(name, *power.roles)
    return office.token_for(office.control.show_object("users", f"{name}@contoso.test")["id"], *power.permissions)
