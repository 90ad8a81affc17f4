"""Whatever bytes a file holds, reading it ends, with pages or with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ropeway.model.pages import PAGE_VALUES, from_wire, to_wire
from ropeway.model.problems import RopewayError, catalogue, describe
from ropeway.model.watermark import Wanted
from tests.unit.ldif_office import BASE, OFFICE, WANTED, Export, guid_line

PIECES = [
    *OFFICE.encode().splitlines(keepends=True),
    *(b"\n", b"\n\n", b"\r\n", b"\r", b" ", b"\n ", b":", b"::", b":<", b"#", b"\0", b"\\", b'"', b"=", b",", b"-\n"),
    *(b"dn:", b"dn: ", b"dn:: ", b"dn: CN=x\n", b"version: 1\n", b"changetype: modify\n", b"isDeleted: TRUE\n"),
    *(b"objectClass: user\n", b"objectClass: group\n", b"objectGUID:: ", guid_line(2).encode() + b"\n"),
    *(b"objectGUID:: AAAA\n", b"entryUUID: x\n", b"member: ", b"member;range=0-1499: ", b"manager:: Q049\n"),
    *(f"manager: CN=Anna Berg,{BASE}\n".encode(), b"<GUID=", b">;", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3"),
    *(b"result: 4 x\n", b"# numEntries: 3\n", b"# extended LDIF\n"),
]

files = st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=60).map(b"".join)
fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def read(folder: Path, contents: bytes, **more: str) -> Export | None:
    wanted = Wanted({**WANTED.types, "container": ("whatever", "objectGUID", "distinguishedName")})
    try:
        export = Export(folder, contents, wanted, **more)
    except RopewayError as error:
        problem = error.problem
    else:
        return checked(export)
    assert problem.code in catalogue()
    return None


def checked(export: Export) -> Export:
    for page in export.pages:
        assert from_wire(to_wire(page)) == page
        assert sum(1 + sum(map(len, getattr(i, "links", {}).values())) for i in page.items) <= PAGE_VALUES
    assert not any(page.complete for page in export.pages[:-1])
    for item in export.problems.values():
        assert item.problem.code in catalogue()
        assert describe(item.problem)
    return export


@given(files)
@fuzz
def test_any_pieces_of_ldif(tmp_path: Path, contents: bytes) -> None:
    read(tmp_path, contents)
    read(tmp_path, contents, domain="contoso.test")


@given(st.binary(max_size=500))
@fuzz
def test_any_bytes(tmp_path: Path, contents: bytes) -> None:
    read(tmp_path, contents)


@given(st.data())
@fuzz
def test_an_office_with_a_few_bytes_changed(tmp_path: Path, data: st.DataObject) -> None:
    raw = bytearray(OFFICE.encode())
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read(tmp_path, bytes(raw))


@given(st.data())
@fuzz
def test_what_is_broken_in_one_entry_leaves_the_others_alone(tmp_path: Path, data: st.DataObject) -> None:
    line = data.draw(st.binary(max_size=40)).replace(b"\n", b"").replace(b"\r", b"")
    broken = f"dn: CN=Bo,{BASE}\nobjectClass: user\n{guid_line(9)}\n".encode() + line + b"\n\n"
    export = read(tmp_path, OFFICE.encode() + broken)
    assert export is not None
    alone = Export(tmp_path, OFFICE)
    assert export.objects.items() >= alone.objects.items()


@pytest.mark.parametrize("unit", [b" ", b"\n ", b"#", b":", b"dn: ", b"\\", b'"', b"CN=", b",", b"<GUID="])
def test_a_megabyte_of_one_thing_is_no_trap(tmp_path: Path, unit: bytes) -> None:
    read(tmp_path, unit * (2**20 // len(unit)))
    read(tmp_path, f"dn: CN=x{BASE}\nobjectClass: user\n{guid_line(2)}\nmanager: ".encode() + unit * 200_000 + b"\n\n")
    read(tmp_path, b"dn: " + unit.replace(b"\n", b"") * 200_000 + b"\nobjectClass: user\n\n")
