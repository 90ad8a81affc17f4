"""Entries to items, on tuples as servers send them.

Those named Windows are made by hand after [MS-ADTS] 3.1.1.3.4.1.3 and 3.1.1.5.5; no Windows server was at hand.
"""

from __future__ import annotations

import pytest

from ropeway.connectors.active_directory import entries
from ropeway.connectors.active_directory.paging import pages
from ropeway.connectors.active_directory.schema import Attribute, ObjectClass, Schema, Syntax
from ropeway.connectors.active_directory.selection import Selection, select
from ropeway.model.anchors import Anchor, guid_to_bytes
from ropeway.model.pages import PAGE_VALUES, Gone, LinkAdded, LinkRemoved, LinksReplaced, Patch, Unreadable, Whole
from ropeway.model.watermark import Wanted

DOMAIN, PEOPLE, ANNA, BERT, CARL = (Anchor(f"{n:08d}-0000-4000-8000-000000000000") for n in range(1, 6))
BASE = "DC=contoso,DC=test"
CLASSES = [b"top", b"person", b"organizationalPerson", b"user"]


def text(name: str, *, multivalued: bool = False) -> Attribute:
    return Attribute(name, Syntax.TEXT, multivalued)


def an_object_class(name: str, parent: str, *superiors: str) -> ObjectClass:
    return ObjectClass(name, parent, frozenset(), frozenset(), frozenset(), frozenset(superiors))


SCHEMA = Schema(
    {
        a.name.lower(): a
        for a in (
            text("cn"),
            text("name"),
            text("title"),
            text("ou", multivalued=True),
            text("proxyAddresses", multivalued=True),
            Attribute("distinguishedName", Syntax.NAME, multivalued=False),
            Attribute("member", Syntax.NAME, multivalued=True, link_id=2),
            Attribute("memberOf", Syntax.NAME, multivalued=True, link_id=3),
            Attribute("manager", Syntax.NAME, multivalued=False, link_id=42),
        )
    },
    {
        c.name: c
        for c in (
            an_object_class("top", "top"),
            an_object_class("person", "top", "container"),
            an_object_class("organizationalPerson", "person"),
            an_object_class("user", "organizationalPerson", "organizationalUnit", "builtinDomain"),
            an_object_class("inetOrgPerson", "user"),
            an_object_class("computer", "user"),
            an_object_class("msDS-GroupManagedServiceAccount", "computer"),
            an_object_class("group", "top"),
            an_object_class("container", "top"),
            an_object_class("organizationalUnit", "top"),
            an_object_class("builtinDomain", "top"),
            an_object_class("domainDNS", "top"),
        )
    },
)
PERSON = ("cn", "title", "proxyAddresses", "manager", "distinguishedName")
SELECTION = select(SCHEMA, DOMAIN, Wanted({"user": PERSON, "group": ("cn", "member"), "organizationalUnit": ("ou",)}))


def named(anchor: Anchor, dn: str) -> bytes:
    return f"<GUID={anchor}>;<SID=S-1-5-21-1-2-3-1104>;{dn}".encode()


def entry(anchor: Anchor, dn: str, **values: list[bytes]) -> tuple[str, dict[str, list[bytes]]]:
    return named(anchor, f"{dn},{BASE}").decode(), {
        "objectGUID": [guid_to_bytes(anchor)],
        "instanceType": [b"4"],
        **values,
    }


def nobody(dn: str) -> None:
    return None


def change(found: tuple[str, dict[str, list[bytes]]], selection: Selection = SELECTION) -> tuple[object, ...]:
    return entries.change(found, selection, nobody)


def test_only_the_changed_attribute_is_in_the_patch() -> None:
    assert change(entry(ANNA, "CN=Anna", title=[b"Boss"])) == (
        Patch(ANNA, None, f"CN=Anna,{BASE}", None, {"title": "Boss"}),
    )


def test_a_cleared_attribute_comes_without_values() -> None:
    assert change(entry(ANNA, "CN=Anna", title=[])) == (Patch(ANNA, None, f"CN=Anna,{BASE}", None, {}, ("title",)),)


def test_an_entry_with_nothing_that_is_wanted_is_no_item() -> None:
    assert change(entry(ANNA, "CN=Anna", telephoneNumber=[b"1"])) == ()


def test_a_tombstone_is_gone_whatever_else_it_carries() -> None:
    found = entry(
        ANNA, rf"CN=Anna\0ADEL:{ANNA},CN=Deleted Objects", isDeleted=[b"TRUE"], title=[], name=[b"Anna\nDEL:x"]
    )
    assert change(found) == (Gone(ANNA),)


def test_members_come_one_by_one() -> None:
    values = {"member;range=1-1": [named(BERT, "CN=Bert")], "member;range=0-0": [named(CARL, "CN=Carl")]}
    assert change(entry(ANNA, "CN=Team", **values)) == (
        LinkAdded(ANNA, "member", BERT),
        LinkRemoved(ANNA, "member", CARL),
    )


def test_a_rename_gives_cn_and_dn_though_the_server_sends_only_name() -> None:
    found = entry(ANNA, "CN=Anna Berg", name=[b"Anna Berg"], parentGUID=[guid_to_bytes(PEOPLE)])
    dn = f"CN=Anna Berg,{BASE}"
    assert change(found) == (Patch(ANNA, None, dn, PEOPLE, {"cn": "Anna Berg", "distinguishedName": dn}),)


def test_the_head_of_another_naming_context_is_left_out() -> None:
    found = entry(BERT, "DC=DomainDnsZones", objectClass=[b"top", b"domainDNS"], whenCreated=[b"20260101000000.0Z"])
    found[1]["instanceType"] = [b"13"]
    assert change(found) == ()
    assert entries.whole(found, SELECTION, nobody) is None


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([b"one", b"two"], "value-not-single"),
        ([b"caf\xe9"], "value-not-utf8"),
        ([b"nul\0byte"], "value-has-zero-byte"),
        ([b""], "value-empty"),
        ([b"x" * (10 * 1024 * 1024 + 1)], "value-too-large"),
    ],
)
def test_a_bad_value_sets_this_object_aside_and_says_which(value: list[bytes], code: str) -> None:
    """Made by hand: Samba stores no invalid UTF-8 in text, no second value of one, nothing longer than its schema says.

    What it stores is in tests/journeys/test_bad_input.py.
    """
    (item,) = change(entry(ANNA, "CN=Anna", title=value))
    assert isinstance(item, Unreadable)
    assert (item.anchor, item.problem.code, item.problem.attribute) == (ANNA, code, "title")
    assert item.problem.object == f"CN=Anna,{BASE}"
    whole = entries.whole(entry(ANNA, "CN=Anna", objectClass=CLASSES, title=value), SELECTION, nobody)
    assert whole == item


def test_odd_but_lawful_text_comes_through() -> None:
    for odd in ("<b>&amp;</b>", "tab\there", "bell\x07", "line\r\nbreak", "👩‍🚀", "\u202eabc"):
        (item,) = change(entry(ANNA, "CN=Anna", title=[odd.encode()]))
        assert item == Patch(ANNA, None, f"CN=Anna,{BASE}", None, {"title": odd})


def test_an_object_without_a_guid_is_reported() -> None:
    (item,) = entries.change((f"CN=Anna,{BASE}", {"title": [b"x"]}), SELECTION, nobody)
    assert isinstance(item, Unreadable)
    assert item.anchor is None


def test_a_name_without_a_guid_is_looked_up_and_left_out_when_gone() -> None:
    found = entry(ANNA, "CN=Team", **{"member;range=1-1": [b"CN=Bert," + BASE.encode(), b"CN=Ghost"]})
    items = entries.change(found, SELECTION, {f"CN=Bert,{BASE}": BERT}.get)
    assert items == (LinkAdded(ANNA, "member", BERT),)


def test_the_container_is_looked_up_by_name_where_the_server_does_not_say() -> None:
    found = entry(ANNA, r"CN=Berg\, Anna,OU=People", objectClass=CLASSES)
    whole = entries.whole(found, SELECTION, {f"OU=People,{BASE}": PEOPLE}.get)
    assert isinstance(whole, Whole)
    assert whole.parent == PEOPLE


@pytest.mark.parametrize(
    ("classes", "type_"),
    [
        ([b"top", b"person", b"organizationalPerson", b"user"], "user"),
        ([b"top", b"person", b"organizationalPerson", b"user", b"inetOrgPerson"], "inetOrgPerson"),
        ([b"top", b"person", b"organizationalPerson", b"user", b"contosoPerson"], "user"),
        ([b"top", b"person", b"user", b"computer"], "computer"),
        (
            [b"top", b"person", b"user", b"computer", b"msDS-GroupManagedServiceAccount"],
            "msDS-GroupManagedServiceAccount",
        ),
        ([b"top", b"builtinDomain"], "container"),
        ([b"top", b"leaf", b"dnsNode"], None),
    ],
)
def test_the_most_specific_class_is_the_type(classes: list[bytes], type_: str | None) -> None:
    assert SELECTION.type_of(classes) == type_


def test_the_filter_asks_for_wanted_types_and_all_containers_only() -> None:
    assert SELECTION.filter(SELECTION.types) == (
        "(|(objectClass=container)(objectClass=domainDNS)(objectClass=group)(objectClass=organizationalUnit)"
        "(&(objectClass=user)(!(objectClass=computer))(!(objectClass=inetOrgPerson)))(objectClass=builtinDomain))"
    )


def test_a_large_group_comes_in_parts() -> None:
    crowd = tuple(Anchor(f"{n:08d}-1111-4000-8000-000000000000") for n in range(2 * PAGE_VALUES + 1))
    group = Whole(ANNA, "group", "CN=All", PEOPLE, {"cn": "All"}, {"member": crowd})
    whole, *parts = entries.split(group)
    assert isinstance(whole, Whole)
    assert (whole.links, whole.continued) == ({}, ("member",))
    assert all(isinstance(p, LinksReplaced) and len(p.others) <= PAGE_VALUES for p in parts)
    assert [(p.first, p.last) for p in parts] == [(True, False), (False, False), (False, True)]  # type: ignore[union-attr]
    assert tuple(a for p in parts for a in p.others) == crowd  # type: ignore[union-attr]
    assert all(len(page.items) == 1 for page in pages([whole, *parts]))


def test_a_range_that_is_not_the_last_leaves_more_to_read() -> None:
    found = entry(ANNA, "CN=All", objectClass=[b"top", b"group"], **{"member;range=0-1499": [named(BERT, "CN=Bert")]})
    assert entries.unfinished(found) == {"member": 1499}
    whole = entries.whole(found, SELECTION, nobody)
    assert isinstance(whole, Whole)
    first, second = entries.split(whole, {"member": iter([CARL])})
    assert isinstance(first, Whole)
    assert second == LinksReplaced(ANNA, "member", (BERT, CARL))
    assert entries.unfinished(entry(ANNA, "CN=All", **{"member;range=1500-*": []})) == {}


def test_windows_restores_from_the_recycle_bin() -> None:
    deleted = entry(ANNA, rf"CN=Anna\0ADEL:{ANNA},CN=Deleted Objects", isDeleted=[b"TRUE"], lastKnownParent=[b"x"])
    restored = entry(
        ANNA, "CN=Anna", isDeleted=[], lastKnownParent=[], name=[b"Anna"], parentGUID=[guid_to_bytes(PEOPLE)]
    )
    assert change(deleted) == (Gone(ANNA),)
    assert entries.is_reanimated(restored)
    (item,) = change(restored)
    assert isinstance(item, Patch)
    assert (item.dn, item.parent) == (f"CN=Anna,{BASE}", PEOPLE)


def test_windows_recycles_for_good_what_was_deleted_before() -> None:
    found = entry(
        ANNA, rf"CN=Anna\0ADEL:{ANNA},CN=Deleted Objects", isDeleted=[b"TRUE"], isRecycled=[b"TRUE"], title=[]
    )
    assert change(found) == (Gone(ANNA),)
    assert not entries.is_reanimated(found)


def test_windows_names_in_hexadecimal_are_read_too() -> None:
    other = b"<GUID=" + guid_to_bytes(BERT).hex().encode() + b">;CN=Bert"
    assert change(entry(ANNA, "CN=Team", **{"member;range=1-1": [other]})) == (LinkAdded(ANNA, "member", BERT),)


def test_without_incremental_values_the_whole_list_comes() -> None:
    found = entry(ANNA, "CN=Team", member=[named(BERT, "CN=Bert"), named(CARL, "CN=Carl")])
    assert change(found) == (LinksReplaced(ANNA, "member", (BERT, CARL)),)
    assert change(entry(ANNA, "CN=Team", member=[])) == (LinksReplaced(ANNA, "member", ()),)
