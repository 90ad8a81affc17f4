"""The table of permissions: each rule opens what it says, to whom it says, and no path gets around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.model.permissions import KNOWN, ROLES, RULES, Access, Rule, may, rule_of

ACCESS: tuple[Access, ...] = ("read", "write")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.written)
@pytest.mark.parametrize("access", ACCESS)
def test_one_permission_of_the_rule_is_enough_and_no_other_will_do(rule: Rule, access: Access) -> None:
    path = f"/v1.0/{rule.written.replace('*', 'an-id')}"
    assert rule_of(path, path.encode()) is rule
    for name in KNOWN:
        assert may(rule, access, has=[name], roles=None) == (name in rule.permissions(access)), name
    assert not may(rule, access, has=KNOWN - rule.permissions(access), roles=None)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.written)
@pytest.mark.parametrize("role", [*ROLES, ""])
def test_a_person_needs_the_scope_and_the_role(rule: Rule, role: str) -> None:
    for access in ACCESS:
        allowed = role in rule.roles(access) and bool(rule.permissions(access))
        assert may(rule, access, has=KNOWN, roles=[role]) == allowed
        assert not may(rule, access, has=[], roles=[role])


@given(st.text(max_size=60))
def test_whatever_is_not_in_the_table_is_closed(path: str) -> None:
    found = rule_of("/v1.0/ropeway/" + path, ("/v1.0/ropeway/" + path).encode("utf-8", "replace"))
    assert not may(found, "read", has=KNOWN, roles=None)


@pytest.mark.parametrize(
    ("path", "raw"),
    [
        ("/v1.0/users/../ropeway/jobs", b"/v1.0/users%2F..%2Fropeway/jobs"),
        ("/v1.0/users/x", b"/v1.0/ropeway/users"),
        ("/v1.0/ropeway/jobs", b"/v1.0/users"),
        ("//v1.0/users", b"//v1.0/users"),
        ("/v2.0/users", b"/v2.0/users"),
        ("/v1.0", b"/v1.0"),
    ],
)
def test_a_path_that_means_two_things_means_nothing(path: str, raw: bytes) -> None:
    found = rule_of(path, raw)
    assert not may(found, "read", has=KNOWN, roles=None)
