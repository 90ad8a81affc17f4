"""What an export may look like, and what is made of each entry (RFC 2849)."""

from __future__ import annotations

import io
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.connectors.ldif.records import CHUNK, Records
from ropeway.model.pages import Gone, LinksReplaced, Whole
from ropeway.model.problems import describe
from tests.unit.ldif_office import ANNA, BASE, OFFICE, Export, domain, group, guid, guid_line, person, record


def test_an_office_is_read_with_everybody_in_it(tmp_path: Path) -> None:
    export = Export(tmp_path, OFFICE)
    anna = export.of(2)
    assert (anna.type, anna.dn, anna.parent) == ("user", f"CN=Anna Berg,{BASE}", guid(1))
    assert anna.attributes == {"cn": "Anna Berg", "sn": "Berg", "title": "Engineer"}
    assert export.of(3).links == {"manager": (guid(2),)}
    assert export.of(4).links == {"member": (guid(2), guid(3))}
    assert export.complete
    assert export.pages[-1].total == len(export.objects) == 4


def folded(text: str, width: int = 20) -> str:
    """As ldapsearch and ldifde fold; within a character too, as RFC 2849 allows of bytes."""
    lines = []
    for line in text.encode().split(b"\n"):
        pieces = [line[:width], *[line[i : i + width - 1] for i in range(width, len(line), width - 1)]]
        lines.append(b"\n ".join(pieces))
    return b"\n".join(lines)


@pytest.mark.parametrize(
    "written",
    [
        OFFICE.replace("\n", "\r\n"),
        "\ufeff" + OFFICE,
        OFFICE.encode("utf-16"),
        OFFICE.replace("\n", "\r\n").encode("utf-16-le"),
        "version: 1\n\n" + OFFICE,
        "version: 1\n" + OFFICE,
        "# by hand\n# for the test\n\n" + OFFICE.replace("dn: ", "# a person\n#  folded comment\ndn: "),
        OFFICE.replace("\n\n", "\n\n\n\n"),
        "\n\n" + OFFICE,
        OFFICE.replace("objectClass:", "changetype: add\nobjectClass:", 1),
        OFFICE.replace("objectClass: ", "changetype: add\nobjectClass: "),
        OFFICE.replace(": ", ":   "),
        OFFICE.replace("title: ", "title:"),
        OFFICE.replace("title", "TITLE").replace("objectClass", "objectclass").replace("objectGUID", "OBJECTGUID"),
        OFFICE.replace("member: CN=Anna Berg,", "member: cn=anna  berg , ".replace("  ", " ")),
        OFFICE.replace("\n\ndn", "\r\n\r\ndn", 2),
        OFFICE.removesuffix("\n"),
    ],
    ids=[
        "CRLF", "UTF-8 BOM", "UTF-16", "UTF-16 without BOM", "version", "version without empty line", "comments",
        "many empty lines", "empty lines first", "one change record", "ldifde", "spaces", "no space", "case",
        "names in other case", "mixed line ends", "no empty line at the end",
    ],
)  # fmt: skip
def test_the_same_office_written_otherwise(tmp_path: Path, written: str | bytes) -> None:
    export = Export(tmp_path, written)
    assert export.complete
    (tmp_path / "plain").mkdir()
    assert export.objects == Export(tmp_path / "plain", OFFICE).objects


@given(width=st.integers(2, 90))
def test_folded_anywhere_it_is_the_same(tmp_path_factory: pytest.TempPathFactory, width: int) -> None:
    folder = tmp_path_factory.mktemp("folded")
    assert Export(folder, folded(OFFICE, width)).objects == Export(folder, OFFICE).objects


def test_base64_is_read_as_what_it_stands_for(tmp_path: Path) -> None:
    name = b64encode(f"CN=Łucja Zażółć,{BASE}".encode()).decode()
    title = b64encode("Główna księgowa".encode()).decode()
    entry = f"dn:: {name}\nobjectClass:: {b64encode(b'user').decode()}\n{guid_line(7)}\ntitle:: {title}\n\n"
    export = Export(tmp_path, domain() + entry + group("Team", 8, f"CN=ŁUCJA zażółć,{BASE}"))
    assert export.of(7).dn == f"CN=Łucja Zażółć,{BASE}"
    assert export.of(7).attributes["title"] == "Główna księgowa"
    assert export.of(8).links == {"member": (guid(7),)}


def test_values_in_other_languages_are_left_out(tmp_path: Path) -> None:
    export = Export(tmp_path, domain() + person("Anna", 2, "title;lang-en: Engineer", "title;binary: Ingenjör"))
    assert export.of(2).attributes["title"] == "Ingenjör"


def test_openldap_knows_its_objects_by_entryuuid(tmp_path: Path) -> None:
    uuid = "6F9619FF-8B86-4D01-B42D-00CF4FC964FF"
    entry = f"dn: uid=anna,{BASE}\nobjectClass: inetOrgPerson\nentryUUID: {uuid}\nuid: anna\nsn: Berg\n\n"
    from ropeway.model.watermark import Wanted

    export = Export(tmp_path, entry, Wanted({"inetOrgPerson": ("sn", "objectGUID")}))
    assert list(export.objects) == [uuid.lower()]
    assert len(export.objects[uuid.lower()].attributes["objectGUID"]) == 16


def test_ldbsearch_writes_guids_as_text(tmp_path: Path) -> None:
    entry = person("Anna", 2).replace(guid_line(2), f"objectGUID: {guid(2)}")
    assert Export(tmp_path, domain() + entry).of(2).dn.startswith("CN=Anna")


def test_results_and_referrals_of_ldapsearch_are_no_entries(tmp_path: Path) -> None:
    around = (
        "# extended LDIF\n#\n# LDAPv3\n# base <> with scope subtree\n#\n\n"
        f"{OFFICE}# search reference\nref: ldap://other.test/DC=other,DC=test\n\n"
        "# search result\nsearch: 2\nresult: 0 Success\n\n# numResponses: 6\n# numEntries: 4\n# numReferences: 1\n"
    )
    export = Export(tmp_path, around)
    assert export.complete
    assert len(export.objects) == 4
    assert not export.problems


def test_a_deleted_object_in_the_export_is_gone(tmp_path: Path) -> None:
    dead = record(f"CN=Bo\\0ADEL:1,CN=Deleted Objects,{BASE}", 9, "isDeleted: TRUE")
    assert Gone(guid(9)) in Export(tmp_path, OFFICE + dead).items


def test_types_are_those_of_active_directory(tmp_path: Path) -> None:
    from ropeway.model.watermark import Wanted

    def entry(number: int, *classes: str) -> str:
        lines = "\n".join(f"objectClass: {c}" for c in classes)
        return f"dn: CN=c{number},{BASE}\n{lines}\n{guid_line(number)}\n\n"

    people = ("top", "person", "organizationalPerson")
    kinds = {
        "user": (*people, "user"),
        "inetOrgPerson": (*people, "user", "inetOrgPerson"),
        "computer": (*people, "user", "computer"),
        "msDS-GroupManagedServiceAccount": (*people, "user", "computer", "msDS-GroupManagedServiceAccount"),
        "contact": (*people, "contact"),
        "group": ("top", "group"),
        "foreignSecurityPrincipal": ("top", "foreignSecurityPrincipal"),
        "organizationalUnit": ("top", "organizationalUnit"),
        "container": ("top", "builtinDomain"),
        "domainDNS": ("top", "domain", "domainDNS"),
    }
    text = "".join(entry(n, *classes) for n, classes in enumerate(kinds.values()))
    export = Export(tmp_path, text + entry(99, "top", "dnsNode"), Wanted(dict.fromkeys(kinds, ())))
    assert [item.type for item in export.items if isinstance(item, Whole)] == list(kinds)


def test_a_group_of_many_comes_in_parts(tmp_path: Path) -> None:
    people = [person(f"P{n}", n) for n in range(10, 2010)]
    team = group("All", 4, *[f"CN=P{n},{BASE}" for n in range(10, 2010)])
    export = Export(tmp_path, domain() + "".join(people) + team)
    assert export.of(4).continued == ("member",)
    assert export.links(4) == [guid(n) for n in range(10, 2010)]
    parts = [item for item in export.items if isinstance(item, LinksReplaced)]
    assert [p.first for p in parts] == [True] + [False] * (len(parts) - 1)
    assert [p.last for p in parts] == [False] * (len(parts) - 1) + [True]


def test_a_member_named_twice_is_a_member_once(tmp_path: Path) -> None:
    team = group("Team", 4, f"CN=Anna Berg,{BASE}", f"cn=anna berg,{BASE}")
    assert Export(tmp_path, domain() + ANNA + team).of(4).links == {"member": (guid(2),)}


def test_a_group_of_more_than_a_megabyte(tmp_path: Path) -> None:
    long = "x" * 200
    people = [person(f"{long}{n}", n, "title: x") for n in range(10, 6010)]
    team = group("All", 4, *[f"CN={long}{n},{BASE}" for n in range(10, 6010)])
    export = Export(tmp_path, domain() + team + "".join(people))
    assert export.links(4) == [guid(n) for n in range(10, 6010)]
    assert export.complete


entries = st.lists(st.text("ab\n", min_size=1, max_size=30).map(lambda t: t.strip("\n")).filter(bool), max_size=20)


@given(entries, st.sampled_from(["\n", "\r\n"]), st.integers(1, 4))
def test_records_and_their_lines_are_found(texts: list[str], end: str, gaps: int) -> None:
    texts = ["\n".join(line for line in t.split("\n") if line) for t in texts]
    whole = "".join(t + "\n" + "\n" * gaps for t in texts).replace("\n", end)
    records = Records(io.BytesIO(whole.encode()))
    found = [(record, records.line()) for record in records]
    lines, at = [], 1
    for t in texts:
        lines.append(at)
        at += t.count("\n") + 1 + gaps
    assert found == list(zip(texts, lines, strict=True))


def test_line_numbers_hold_across_blocks(tmp_path: Path) -> None:
    people = "".join(person(f"P{n}", n) for n in range(10, 3000))
    broken = f"dn: CN=Broken,{BASE}\nobjectClass: user\n\n"
    assert len(people) > 2 * CHUNK
    text = domain() + people + broken
    problem = Export(tmp_path, text).problems["ldif-no-anchor"].problem
    assert problem.details["line"] == str(text[: text.index("dn: CN=Broken")].count("\n") + 1)
    assert "objectGUID" in describe(problem)
