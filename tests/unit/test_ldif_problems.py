"""What is wrong with one entry stays with that entry, and gets a sentence."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from ropeway.model.pages import Unreadable
from ropeway.model.problems import describe
from tests.unit.ldif_office import ANNA, BASE, OFFICE, TEAM, Export, domain, group, guid, guid_line, person, record


def only_problem(export: Export) -> Unreadable:
    (item,) = [item for item in export.items if isinstance(item, Unreadable)]
    return item


def b64(raw: bytes) -> str:
    return b64encode(raw).decode()


@pytest.mark.parametrize(
    ("line", "code", "attribute"),
    [
        ("no colon here", "ldif-bad-line", ""),
        ("sn:: %%%", "ldif-bad-base64", "sn"),
        ("whoKnows: x\nsn:: QUJ", "ldif-bad-base64", "sn"),
        ("sn:< file:///etc/passwd", "ldif-url", "sn"),
        ("sn: Berg\nsn: Borg", "ldif-two-values", "sn"),
        (f"manager: {BASE}\nmanager: CN=Bo,{BASE}", "ldif-two-values", "manager"),
        ("userAccountControl: many", "ldif-bad-value", "userAccountControl"),
        ("userAccountControl: 99999999999999999999", "ldif-bad-value", "userAccountControl"),
        ("sn:", "ldif-bad-value", "sn"),
        (f"sn:: {b64(b'Be' + bytes([0]) + b'rg')}", "ldif-bad-value", "sn"),
        (f"sn:: {b64(bytes([0xC3, 0x28]))}", "ldif-bad-value", "sn"),
        (f"thumbnailPhoto:: {b64(bytes(10 * 2**20 + 1))}", "ldif-bad-value", "thumbnailPhoto"),
        ("manager: Anna", "ldif-bad-value", "manager"),
        ("member;range=0-1499: CN=x,DC=y", "ldif-range", "member"),
    ],
)
def test_a_bad_value_is_named_and_touches_nobody_else(tmp_path: Path, line: str, code: str, attribute: str) -> None:
    team = group("Team", 4, f"CN=Bo,{BASE}", f"CN=Anna Berg,{BASE}")
    export = Export(tmp_path, domain() + ANNA + person("Bo", 5, line) + team)
    item = only_problem(export)
    assert (item.anchor, item.dn) == (guid(5), f"CN=Bo,{BASE}")
    assert (item.problem.code, item.problem.object, item.problem.attribute) == (code, f"CN=Bo,{BASE}", attribute)
    assert set(export.objects) == {guid(1), guid(2), guid(4)}
    assert export.of(4).links["member"] == (guid(5), guid(2))
    assert export.complete
    assert "?" not in describe(item.problem)


@pytest.mark.parametrize("encoded", [False, True], ids=["plain", "base64"])
def test_a_text_of_ten_megabytes_is_read_and_one_byte_more_sets_the_object_aside(tmp_path: Path, encoded: bool) -> None:
    for number, fits in ((10 * 2**20, True), (10 * 2**20 + 1, False)):
        value = f":: {b64(b'x' * number)}" if encoded else f": {'x' * number}"
        export = Export(tmp_path, OFFICE + person("Bo", 5, f"title{value}"))
        assert [item.problem.attribute for item in export.items if isinstance(item, Unreadable)] == (
            [] if fits else ["title"]
        )


@pytest.mark.parametrize("raw", [b"title: caf\xe9", b"title: a\0b", b"cn;lang-x: \xff\ntitle: \xff"])
def test_bytes_that_are_no_text(tmp_path: Path, raw: bytes) -> None:
    entry = person("Bo", 5, "title: @").encode().replace(b"title: @", raw)
    item = only_problem(Export(tmp_path, OFFICE.encode() + entry))
    assert (item.problem.code, item.problem.attribute) == ("ldif-bad-value", "title")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (record(f"CN=Bo,{BASE}", 5).replace(guid_line(5) + "\n", ""), "ldif-no-anchor"),
        (record(f"CN=Bo,{BASE}", 5).replace(guid_line(5), "objectGUID:: AAAA"), "ldif-bad-anchor"),
        (record(f"CN=Bo,{BASE}", 5).replace(guid_line(5), "entryUUID: 12"), "ldif-bad-anchor"),
        (f"dn: CN=Bo,{BASE}\nchangetype: delete\n\n", "ldif-changetype"),
        (f"dn: CN=Bo,{BASE}\nchangetype: modify\nreplace: sn\nsn: Borg\n-\n\n", "ldif-changetype"),
        ("objectClass: user\n" + guid_line(5) + "\n\n", "ldif-bad-dn"),
        ("complete nonsense\n\n", "ldif-bad-dn"),
    ],
)  # fmt: skip
def test_an_entry_nobody_can_name_makes_absence_count_for_nobody(tmp_path: Path, entry: str, code: str) -> None:
    export = Export(tmp_path, OFFICE + entry)
    item = only_problem(export)
    assert (item.anchor, item.problem.code) == (None, code)
    assert item.problem.details["line"] == str(OFFICE.count("\n") + 1)
    assert len(export.objects) == 4
    assert not export.complete
    assert "?" not in describe(item.problem)


def test_an_entry_without_object_class_is_set_aside(tmp_path: Path) -> None:
    item = only_problem(Export(tmp_path, OFFICE + f"dn: CN=Bo,{BASE}\n{guid_line(5)}\n\n"))
    assert (item.anchor, item.problem.code) == (guid(5), "ldif-no-class")


def test_the_same_entry_twice_word_for_word_is_one(tmp_path: Path) -> None:
    export = Export(tmp_path, OFFICE + OFFICE)
    assert export.complete
    assert not export.problems
    assert len(export.items) == len(export.objects) == 4


def test_one_object_told_in_two_ways_is_set_aside_once(tmp_path: Path) -> None:
    export = Export(tmp_path, OFFICE + ANNA.replace("Engineer", "Boss"))
    item = only_problem(export)
    assert (item.anchor, item.problem.code) == (guid(2), "ldif-twice")
    assert item.problem.details["line"] == "6"
    assert item.problem.details["other"] == str(OFFICE.count("\n") + 1)
    assert export.links(4) == [guid(2), guid(3)]


def test_two_objects_of_one_name_are_set_aside_with_those_who_mean_one_of_them(tmp_path: Path) -> None:
    export = Export(tmp_path, OFFICE + person("Anna Berg", 9))
    aside = {item.anchor: item.problem.code for item in export.items if isinstance(item, Unreadable)}
    assert aside == {
        guid(2): "ldif-twice", guid(9): "ldif-twice", guid(3): "ldif-in-doubt-link", guid(4): "ldif-in-doubt-link",
    }  # fmt: skip


def test_a_link_to_somebody_outside_the_file_is_left_out_with_one_warning(tmp_path: Path) -> None:
    export = Export(
        tmp_path, domain() + ANNA + group("Team", 4, f"CN=X,{BASE}", f"CN=Anna Berg,{BASE}", f"CN=Y,{BASE}")
    )
    assert export.of(4).links == {"member": (guid(2),)}
    (warning,) = export.warnings
    assert (warning.code, warning.object, warning.details["count"]) == ("ldif-outside-link", f"CN=Team,{BASE}", "2")
    assert export.complete


def test_a_link_to_a_broken_entry_is_not_taken_away(tmp_path: Path) -> None:
    broken = ANNA.replace(guid_line(2) + "\n", "")
    export = Export(tmp_path, domain() + broken + TEAM)
    assert export.problems["ldif-in-doubt-link"].anchor == guid(4)


def test_extended_names_bring_their_own_anchors(tmp_path: Path) -> None:
    far = f"<GUID={guid(77)}>;<SID=S-1-5-21-1-2-3-500>;CN=Far Away,DC=fabrikam,DC=test"
    own = person("Anna", 2).replace("dn: ", f"dn: <GUID={guid(2)}>;").replace(guid_line(2) + "\n", "")
    export = Export(tmp_path, domain() + own + group("Team", 4, far, f"<GUID={guid(2)}>;CN=Anna,{BASE}"))
    assert export.of(4).links == {"member": (guid(77), guid(2))}
    assert export.of(2).dn == f"CN=Anna,{BASE}"


def test_without_the_container_the_nearest_one_above_is_the_parent(tmp_path: Path) -> None:
    export = Export(tmp_path, domain() + record(f"CN=Bo,OU=Not Exported,OU=Nor This,{BASE}", 5))
    assert export.of(5).parent == guid(1)


def test_with_no_container_at_all_there_is_no_parent(tmp_path: Path) -> None:
    assert Export(tmp_path, record(f"CN=Bo,OU=Sales,{BASE}", 5)).of(5).parent is None
