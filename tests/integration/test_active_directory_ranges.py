"""What is long is read piece by piece: links range by range as the controller serves them, everything in parts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ldap.ldapobject import LDAPObject

from ropeway.connectors.active_directory import full, one, open_source, searching, selection
from ropeway.lab.domain import Domain
from ropeway.model.pages import Item
from tests.integration.active_directory_office import WANTED, Office, read_all, settings

pytestmark = pytest.mark.samba


@pytest.mark.parametrize("method", ["dirsync", "usn"])
@pytest.mark.parametrize("size", [6, 7, 8, 21, 30])
def test_a_group_comes_whole_whatever_the_ranges_are(
    size: int,
    method: str,
    own_contoso: Domain,
    ldap_admin: Callable[[Domain], LDAPObject],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (one, searching, selection):
        monkeypatch.setattr(module, "RANGE", 7)
    office = Office(own_contoso, ldap_admin(own_contoso), open_source(settings(own_contoso, method=method)), WANTED)
    names = [f"CN=Member {method} {size} {n:02},CN=Users" for n in range(size)]
    people = {office.add(name, sAMAccountName=f"m{method}{size}n{n}") for n, name in enumerate(names)}
    group = f"CN=Team {method} {size},CN=Users"
    team = office.add(group, "group", member=[office.dn(name) for name in names], sAMAccountName=f"t{method}{size}")
    found, _ = read_all(office.source, WANTED)
    assert set(found[team].links["member"]) == people
    alone = office.source.read_one(team, WANTED)
    assert alone is not None
    assert (len(alone.links["member"]), set(alone.links["member"])) == (size, people)


def test_samba_is_asked_for_everything_in_parts_and_each_object_comes_once(
    own_contoso: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everything() -> tuple[dict[str, Item], int]:
        source = open_source(settings(own_contoso))
        try:
            items = [item for page in source.read(None, WANTED) for item in page.items]
        finally:
            source.close()
        return {getattr(item, "anchor", ""): item for item in items}, len(items)

    def told(filter_: str, highest: int) -> list[str]:
        parts.extend(in_parts(filter_, highest))
        return parts

    in_parts, parts = full.in_parts, list[str]()
    monkeypatch.setattr(full, "in_parts", told)
    whole, in_one_go = everything()
    assert len(parts) == 1
    parts.clear()
    monkeypatch.setattr(full, "PART", 50)
    assert everything() == (whole, in_one_go)
    assert len(parts) == full.MOST_PARTS
