"""The table of permissions: each route of the API opens to whom its rule says, and to nobody else."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import Route

from ropeway.control.calls import BASE, FOLLOWED, OWN
from ropeway.model.permissions import AS_THE_PERSON, KNOWN, ROLES, RULES, SCOPES, Access, Power, Rule, reach, rule_of
from ropeway.service.graph import routes
from ropeway.service.login import TOKENS
from ropeway.service.odata.resource import VerbRoute
from tests.unit.graph_office import GraphOffice, shared_office

__all__ = ["shared_office"]

ACCESS: tuple[Access, ...] = ("read", "write")
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


@pytest.mark.parametrize("rule", [r for r in RULES if not r.is_open], ids=lambda r: f"{r.method}{r.written}")
@pytest.mark.parametrize("access", ACCESS)
def test_an_application_by_itself_needs_one_permission_of_the_rule(rule: Rule, access: Access) -> None:
    wanted = frozenset[str]() if rule.people_alone else rule.permissions(access)
    for name in SCOPES if rule.people_alone else KNOWN:
        basic = "basic" if access == "read" and name in rule.basic else None
        assert reach(rule, access, Power(frozenset({name}), None)) == ("all" if name in wanted else basic), name
    assert reach(rule, access, Power(SCOPES - wanted - rule.basic, None), own=True) is None, "there is no own"


@pytest.mark.parametrize("rule", [r for r in RULES if not r.is_open], ids=lambda r: f"{r.method}{r.written}")
def test_a_person_needs_a_scope_and_a_role_or_asks_about_the_own(rule: Rule) -> None:
    for access, role, own in product(ACCESS, [*ROLES, ""], [True, False]):
        for scope in SCOPES:
            found = reach(rule, access, Power(frozenset({scope}), frozenset({role} - {""})), own=own)
            named = rule.permissions(access)
            if (scope in named or (named and scope == AS_THE_PERSON)) and role in rule.roles(access):
                assert found == "all"
            elif own and scope in rule.own(access):
                assert found == "own"
            elif access == "read" and scope in rule.basic:
                assert found == "basic"
            else:
                assert found is None
        assert reach(rule, access, Power(frozenset(), frozenset({role})), own=own) is None, "a role alone opens nothing"


@given(st.text(max_size=60), st.sampled_from(METHODS))
def test_whatever_is_not_in_the_table_is_closed(path: str, method: str) -> None:
    rule = rule_of(f"/v1.0/coffee/{path}", method)
    assert reach(rule, "read", Power(SCOPES, frozenset(ROLES))) is None
    assert reach(rule_of(f"/v1.0/ropeway/{path}", method), "read", Power(SCOPES, None)) is None


def test_every_route_of_the_api_has_a_rule(shared_office: GraphOffice) -> None:
    found = [route for route in routes(shared_office.parts) if isinstance(route, VerbRoute)]
    assert len(found) > 100
    assert [(m, r.path) for r in found for m in r.verbs if rule_of(r.path, m.upper()) is None] == []
    assert all(isinstance(r, VerbRoute) for r in routes(shared_office.parts) if isinstance(r, Route))


def test_every_rule_is_about_a_route(shared_office: GraphOffice) -> None:
    found = [route for route in routes(shared_office.parts) if isinstance(route, VerbRoute)]
    used = {rule for route in found for rule in route.rules.values()}
    paths = [*((call.path, call.verb) for call in OWN), (FOLLOWED, "GET")]
    used |= {rule_of(f"{BASE}/{path}", verb) for path, verb in paths} | {TOKENS}
    assert [rule.written for rule in RULES if rule not in used] == []
