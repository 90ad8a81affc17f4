"""Files that are missing, empty, cut off, changed; watermarks; one object alone."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import msgspec
import pytest

from ropeway.connectors.ldif import open_source
from ropeway.engine.ports import Enumerates, FullReadNeeded, Resolves
from ropeway.model.pages import Unreadable
from ropeway.model.problems import RopewayError
from ropeway.model.watermark import Wanted
from tests.unit.ldif_office import ANNA, BASE, OFFICE, TEAM, WANTED, Export, domain, group, guid, guid_line, person

TOOL = OFFICE.replace("objectClass: ", "changetype: add\nobjectClass: ")
"""As ldifde writes it."""


def refused(tmp_path: Path, contents: bytes | str, **settings: str) -> RopewayError:
    with pytest.raises(RopewayError) as caught:
        Export(tmp_path, contents, **settings)
    return caught.value


@pytest.mark.parametrize("settings", [{"path": "x", "pathh": "y"}, {"path": "x", "Domain": "a.b"}])
def test_an_unknown_setting_is_named(settings: dict[str, str]) -> None:
    with pytest.raises(RopewayError, match=r"pathh|Domain") as caught:
        open_source(settings)
    assert caught.value.problem.code == "ldif-setting-unknown"


@pytest.mark.parametrize("settings", [{}, {"path": ""}, {"path": 7}, {"path": "x", "domain": "a..b"}, {"path": "a\0b"}])
def test_a_wrong_setting_is_named(settings: dict[str, object]) -> None:
    with pytest.raises(RopewayError) as caught:
        open_source(settings)
    assert caught.value.problem.code == "ldif-setting-wrong"


def test_a_missing_file_a_folder_and_a_forbidden_file(tmp_path: Path) -> None:
    for path, code in [
        (tmp_path / "no.ldif", "ldif-no-file"),
        (tmp_path, "ldif-folder"),
        (tmp_path / "no" / "where.ldif", "ldif-no-file"),
    ]:
        with pytest.raises(RopewayError) as caught:
            open_source({"path": str(path)})
        assert caught.value.problem.code == code


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.ldif"
    path.touch(mode=0o000)
    with pytest.raises(RopewayError, match="Permission denied"):
        open_source({"path": str(path)})


@pytest.mark.parametrize(
    "contents", ["", "\n\n", "version: 1\n\n", "# nothing\n", "# search result\nsearch: 2\nresult: 0 Success\n\n"]
)
def test_an_empty_export_is_not_an_empty_domain(tmp_path: Path, contents: str) -> None:
    assert refused(tmp_path, contents).problem.code == "ldif-empty"


@pytest.mark.parametrize(
    ("contents", "word"),
    [
        ('{"users": []}\n', "JSON"),
        ("<?xml version='1.0'?>\n<users/>", "XML"),
        ("DN,objectClass,cn\nCN=x,user,x\n", "csvde"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "gzip"),
        (b"PK\x03\x04", "zip"),
        ("Dear Sir or Madam,\n\nplease find attached\n", "something else"),
        (bytes(range(256)) * 100, "something else"),
    ],
)
def test_a_file_that_is_no_ldif_says_what_it_looks_like(tmp_path: Path, contents: bytes | str, word: str) -> None:
    error = refused(tmp_path, contents)
    assert error.problem.code == "ldif-not-ldif"
    assert word in str(error)


@pytest.mark.parametrize("text", [TOOL, TOOL.replace("\n", "\r\n")], ids=["LF", "CRLF"])
def test_a_file_cut_anywhere_within_an_entry_is_noticed(tmp_path: Path, text: str) -> None:
    raw = text.encode()
    whole = Export(tmp_path, raw).objects
    end = b"\r\n\r\n" if b"\r" in raw else b"\n\n"
    for cut in range(raw.index(end) + len(end), len(raw)):
        if raw[:cut].endswith(end):
            continue
        export = Export(tmp_path, raw[:cut])
        assert not export.complete, raw[:cut][-40:]
        assert export.mark is None
        assert export.problems["ldif-truncated"]
        assert export.objects.items() <= whole.items()


def test_a_cut_file_takes_no_member_away(tmp_path: Path) -> None:
    export = Export(tmp_path, domain() + TEAM + ANNA + "dn: CN=Bj")
    assert export.problems["ldif-in-doubt-link"].anchor == guid(4)


def test_in_a_cut_file_nobody_counts_as_missing(tmp_path: Path) -> None:
    with Export(tmp_path, OFFICE + "dn: CN=Bj").opened() as source, pytest.raises(RopewayError) as caught:
        source.read_one(guid(99), WANTED)
    assert caught.value.problem.code == "ldif-in-doubt"


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (
            "# search result\nsearch: 2\nresult: 4 Size limit exceeded\n\n# numResponses: 5\n# numEntries: 4\n",
            "ldif-limit",
        ),
        ("# search result\nsearch: 2\nresult: 0 Success\n\n# numResponses: 9\n# numEntries: 8\n", "ldif-truncated"),
        ("", "ldif-truncated"),
    ],
)
def test_ldapsearch_says_itself_that_entries_are_missing(tmp_path: Path, end: str, code: str) -> None:
    export = Export(tmp_path, "# extended LDIF\n#\n# LDAPv3\n#\n\n" + OFFICE + end)
    assert len(export.objects) == 4
    assert not export.complete
    assert code in export.problems


def test_nothing_is_new_in_the_same_file(tmp_path: Path) -> None:
    export = Export(tmp_path, OFFICE)
    assert export.mark is not None
    with export.opened() as source:
        assert list(source.read(export.mark, WANTED)) == []
        os.utime(export.path, (0, 0))
        assert list(source.read(export.mark, WANTED)) == []


def test_new_contents_need_a_full_read(tmp_path: Path) -> None:
    export = Export(tmp_path, OFFICE)
    assert export.mark is not None
    with export.opened() as source:
        export.path.write_text(OFFICE + person("Bo", 5))
        with pytest.raises(FullReadNeeded):
            source.read(export.mark, WANTED)
        assert {i.anchor for page in source.read(None, WANTED) for i in page.items} == {guid(n) for n in range(1, 6)}


def test_a_new_file_under_the_old_name_is_noticed(tmp_path: Path) -> None:
    export = Export(tmp_path, OFFICE)
    assert export.mark is not None
    with export.opened() as source:
        (tmp_path / "new").write_text(domain() + ANNA)
        (tmp_path / "new").rename(export.path)
        with pytest.raises(FullReadNeeded):
            source.read(export.mark, WANTED)
        assert sum(len(page.items) for page in source.read(None, WANTED)) == 2


def test_a_file_that_changes_while_it_is_read_is_not_whole(tmp_path: Path) -> None:
    people = "".join(person(f"P{n}", n) for n in range(10, 1000))
    export = Export(tmp_path, domain() + people)
    with export.opened() as source:
        pages = source.read(None, WANTED)
        next(pages)
        export.path.write_text(domain() + people + ANNA)
        *_, last = pages
    assert not last.complete
    assert last.watermark is None
    assert isinstance(last.items[0], Unreadable)
    assert last.items[0].problem.code == "ldif-changed"


def test_other_attributes_need_a_full_read(tmp_path: Path) -> None:
    export = Export(tmp_path, OFFICE)
    assert export.mark is not None
    with export.opened() as source, pytest.raises(FullReadNeeded):
        source.read(export.mark, Wanted({"user": ("mail",)}))


def test_the_domain_is_known_by_its_own_entry_or_its_name(tmp_path: Path) -> None:
    with Export(tmp_path, OFFICE).opened() as source:
        assert source.describe().id == guid(1)
        assert source.describe().name == "dc=contoso,dc=test"
    with Export(tmp_path, ANNA).opened() as source:
        assert source.describe().id == "base:dc=contoso,dc=test"


def test_an_export_without_the_domains_own_entry_is_still_of_that_domain(tmp_path: Path) -> None:
    first = Export(tmp_path, OFFICE)
    assert first.mark is not None
    with Export(tmp_path, ANNA).opened() as source, pytest.raises(FullReadNeeded):
        source.read(first.mark, WANTED)


def test_another_domains_watermark_is_refused(tmp_path: Path) -> None:
    mark = Export(tmp_path, OFFICE).mark
    assert mark is not None
    foreign = OFFICE.replace("contoso", "fabrikam").replace(guid_line(1), guid_line(50))
    for other in (foreign, person("Bo", 5).replace("contoso", "fabrikam")):
        with Export(tmp_path, other).opened() as source, pytest.raises(RopewayError) as caught:
            source.read(mark, WANTED)
        assert caught.value.problem.code == "watermark-of-another-domain"


@pytest.mark.parametrize("domain_", ["contoso.test", "CONTOSO.TEST", "DC=contoso, DC=test"])
def test_only_the_named_domain_is_read(tmp_path: Path, domain_: str) -> None:
    far = person("Far", 9).replace("contoso", "fabrikam")
    export = Export(tmp_path, OFFICE + far + group("Mixed", 8, f"CN=Far,{BASE}".replace("contoso", "fabrikam")),
                    domain=domain_)  # fmt: skip
    assert set(export.objects) == {guid(n) for n in (1, 2, 3, 4, 8)}
    assert export.of(8).links == {"member": (guid(9),)}


def test_a_file_of_another_domain_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, OFFICE, domain="fabrikam.test").problem.code == "ldif-outside-base"


def test_standard_input_is_read_as_a_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = tmp_path / "pipe"
    raw.write_text(OFFICE)
    with raw.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        source = open_source({"path": "-"})
    pages = list(source.read(None, WANTED))
    assert pages[-1].complete
    assert list(source.read(pages[-1].watermark, WANTED)) == []
    source.close()


def test_a_pipe_is_read_as_a_file_is(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as pipe:
        pipe.write(OFFICE)
    source = open_source({"path": f"/dev/fd/{reading}"})
    os.close(reading)
    assert sum(len(page.items) for page in source.read(None, WANTED)) == 4
    source.close()
    source.close()


def test_one_object_comes_with_all_its_links_and_with_those_to_it(tmp_path: Path) -> None:
    with Export(tmp_path, OFFICE).opened() as source:
        anna = source.read_one(guid(2), WANTED)
        team = source.read_one(guid(4), WANTED)
        assert source.read_one(guid(99), WANTED) is None
    assert anna is not None
    assert anna.referenced_by == {"manager": (guid(3),), "member": (guid(4),)}
    assert team is not None
    assert team.links == {"member": (guid(2), guid(3))}


def test_an_object_that_cannot_be_read_is_not_taken_for_gone(tmp_path: Path) -> None:
    broken = ANNA.replace("sn: Berg", "sn: Berg\nsn: Borg")
    with Export(tmp_path, domain() + broken).opened() as source, pytest.raises(RopewayError) as caught:
        source.read_one(guid(2), WANTED)
    assert caught.value.problem.code == "ldif-two-values"


def test_a_name_is_found_however_it_is_written(tmp_path: Path) -> None:
    with Export(tmp_path, OFFICE).opened() as source:
        assert isinstance(source, Resolves)
        found = source.resolve("cn=ANNA BERG , dc=contoso,dc=test", WANTED)
        assert found is not None
        assert found.anchor == guid(2)
        assert source.resolve("cn=nobody,dc=contoso,dc=test", WANTED) is None
        assert source.resolve("nonsense", WANTED) is None


def test_all_anchors_are_listed(tmp_path: Path) -> None:
    with Export(tmp_path, OFFICE).opened() as source:
        assert isinstance(source, Enumerates)
        pages = list(source.anchors(WANTED))
        assert not source.reports_deletions()
    assert {a for page in pages for a in page.anchors} == {guid(n) for n in range(1, 5)}
    assert pages[-1].complete


def test_a_large_file_is_indexed_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = OFFICE + ANNA + TEAM + ANNA.replace("Engineer", "Boss")
    in_memory = Export(tmp_path, twice)
    monkeypatch.setattr("ropeway.connectors.ldif.index.Index.__init__.__defaults__", (2,))
    on_disk = Export(tmp_path, twice)
    assert on_disk.items == in_memory.items
    with on_disk.opened() as source:
        assert source.read_one(guid(4), WANTED) is not None
        assert len([a for page in source.anchors(WANTED) for a in page.anchors]) == 4


def test_nothing_is_left_behind_in_the_folder_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    Export(tmp_path, OFFICE.encode("utf-16"))
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_watermark_of_another_form_needs_a_full_read(tmp_path: Path) -> None:
    export = Export(tmp_path, OFFICE)
    assert export.mark is not None
    for opaque in (b"", export.mark.opaque[:-1], struct.pack(">B", 9) + export.mark.opaque[1:], os.urandom(80)):
        with export.opened() as source, pytest.raises(FullReadNeeded):
            source.read(msgspec.structs.replace(export.mark, opaque=opaque), WANTED)
