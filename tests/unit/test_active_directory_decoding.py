"""Values, controls and their bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.connectors.active_directory import ber, controls, decoding
from ropeway.connectors.active_directory.decoding import Malformed, decoder, guid_in_name, plain_name
from ropeway.connectors.active_directory.entries import parent_name
from ropeway.connectors.active_directory.schema import SYNTAXES, Attribute, Syntax
from ropeway.connectors.active_directory.session import up_to_dateness
from ropeway.model.anchors import guid_from_bytes


def read(syntax: Syntax, *values: bytes, multivalued: bool = False) -> object:
    return decoder(Attribute("a", syntax, multivalued))(list(values))


@pytest.mark.parametrize(
    ("syntax", "raw", "value"),
    [
        (Syntax.TEXT, "Zoë".encode(), "Zoë"),
        (Syntax.INTEGER, b"-2147483646", -2147483646),
        (Syntax.INTEGER, b"9223372036854775807", 9223372036854775807),
        (Syntax.BOOLEAN, b"TRUE", True),
        (Syntax.BOOLEAN, b"FALSE", False),
        (Syntax.TIME, b"20261121070750.0Z", "2026-11-21T07:07:50Z"),
        (Syntax.TIME, b"20261121070750.120Z", "2026-11-21T07:07:50.12Z"),
        (Syntax.TIME, b"261121070750Z", "2026-11-21T07:07:50Z"),
        (Syntax.TIME, b"701121070750Z", "1970-11-21T07:07:50Z"),
        (Syntax.TIME, b"16010101000000.0Z", "1601-01-01T00:00:00Z"),
        (Syntax.SID, bytes.fromhex("01020000000000052000000020020000"), "S-1-5-32-544"),
        (Syntax.BINARY, b"\x00\xff", b"\x00\xff"),
    ],
)
def test_a_value_is_read_as_the_schema_says(syntax: Syntax, raw: bytes, value: object) -> None:
    assert read(syntax, raw) == value
    assert read(syntax, raw, raw, multivalued=True) == [value, value]


@pytest.mark.parametrize(
    ("syntax", "raw"),
    [
        (Syntax.INTEGER, b"twelve"),
        (Syntax.INTEGER, b"9223372036854775808"),
        (Syntax.INTEGER, b"1" * 5000),
        (Syntax.BOOLEAN, b"true"),
        (Syntax.TIME, b"20261321070750.0Z"),
        (Syntax.TIME, b"yesterday"),
        (Syntax.SID, b"\x01\x05\x00"),
    ],
)
def test_a_value_that_is_something_else_is_not_guessed(syntax: Syntax, raw: bytes) -> None:
    with pytest.raises(Malformed):
        read(syntax, raw)


@given(st.sampled_from(list(Syntax)), st.lists(st.binary(max_size=40), min_size=1, max_size=3), st.booleans())
def test_any_bytes_are_a_value_or_malformed(syntax: Syntax, values: list[bytes], multivalued: bool) -> None:
    try:
        found = read(syntax, *values, multivalued=multivalued)
    except Malformed as malformed:
        shown = malformed.problem("CN=x", "a").value
    else:
        assert isinstance(found, list) == multivalued
        return
    assert shown.isprintable()


def test_every_syntax_of_the_directory_has_a_way_of_reading() -> None:
    assert len(SYNTAXES) == 17
    assert set(SYNTAXES.values()) == set(Syntax)


@given(st.binary(max_size=300), st.booleans())
def test_a_dirsync_cookie_survives_the_wire(cookie: bytes, more: bool) -> None:
    answer = ber.sequence(ber.integer(int(more)), ber.integer(0), ber.octets(cookie))
    assert controls.dirsync_answer(answer) == controls.DirSyncAnswer(more, cookie)


@given(st.integers(-(2**31), 2**31 - 1), st.binary(max_size=70_000))
def test_ber_is_read_as_it_was_written(number: int, content: bytes) -> None:
    (_, first), (_, second) = ber.fields(ber.sequence(ber.integer(number), ber.octets(content)))
    assert int.from_bytes(first, "big", signed=True) == number
    assert second == content


def test_the_request_asks_for_single_values_as_windows_writes_the_flag() -> None:
    assert controls.dirsync(b"", object_security=False).value == bytes.fromhex("300e02048000000002047fffffff0400")
    assert controls.dirsync(b"", object_security=True).value == bytes.fromhex("300e02048000000102047fffffff0400")


@given(st.binary(max_size=60))
def test_a_control_made_of_noise_is_refused_or_read(raw: bytes) -> None:
    for reading in (controls.dirsync_answer, controls.paged_cookie):
        try:
            reading(raw)
        except ValueError:
            continue


@given(st.binary(min_size=2, max_size=60), st.integers(0, 59))
def test_a_control_cut_short_is_refused(cookie: bytes, keep: int) -> None:
    answer = ber.sequence(ber.integer(0), ber.integer(0), ber.octets(cookie))
    if keep < len(answer):
        with pytest.raises(ValueError, match=r"cut off|not one sequence"):
            controls.dirsync_answer(answer[:keep])


def test_an_absurdly_long_control_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes"):
        controls.dirsync_answer(b"\x30" * (controls.LONGEST + 1))


@given(st.binary(max_size=120))
def test_a_vector_of_noise_says_nothing_or_something(raw: bytes) -> None:
    assert isinstance(up_to_dateness(raw), dict)


def test_a_vector_names_each_history() -> None:
    one = bytes(range(16))
    raw = bytes.fromhex("02000000000000000100000000000000") + one + (4711).to_bytes(8, "little") + bytes(8)
    assert up_to_dateness(raw) == {guid_from_bytes(one): 4711}
    assert up_to_dateness(raw[:-1]) == {}


@given(st.text(), st.text())
def test_a_name_is_found_behind_guid_and_sid(sid: str, dn: str) -> None:
    guid = "0f0e0d0c-0b0a-0908-0706-050403020100"
    assert guid_in_name(f"<GUID={guid}>;{dn}".encode()) == guid
    if not dn.startswith("<") and ">" not in sid:
        assert plain_name(f"<GUID={guid}>;<SID={sid}>;{dn}") == dn


@pytest.mark.parametrize(
    ("dn", "parent"),
    [(r"CN=Berg\, Anna,OU=People,DC=x", "OU=People,DC=x"), (r"CN=Back\\,DC=x", "DC=x"), ("DC=x", ""), ("CN=x\\", "")],
)
def test_the_container_follows_the_first_comma_that_is_not_escaped(dn: str, parent: str) -> None:
    assert parent_name(dn) == parent


def test_times_of_the_server_are_seconds() -> None:
    assert decoding.seconds_of(b"19700101000100.0Z") == 60.0
