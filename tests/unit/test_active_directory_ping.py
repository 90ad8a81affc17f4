"""The LDAP ping: answers made by hand after [MS-ADTS] 6.3.1.9, and bytes that mean ill."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.connectors.active_directory import ber
from ropeway.connectors.active_directory.netlogon import Netlogon, answer, netlogon, question
from ropeway.connectors.active_directory.site import client_site

HEAD = (23).to_bytes(2, "little") + b"\0\0" + b"\xfd\xf3\x03\0" + bytes(range(16))
SELF = ("contoso.test", "contoso.test", "dc1.contoso.test", "CONTOSO", "DC1", "", "Munich", "Berlin")
TAIL = (5).to_bytes(4, "little") + b"\xff\xff\xff\xff"


def spelled(name: str) -> bytes:
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"


def structure(*names: str) -> bytes:
    return HEAD + b"".join(spelled(name) for name in names) + TAIL


def datagram(number: int, value: bytes, attribute: bytes = b"Netlogon") -> bytes:
    found = ber.sequence(ber.octets(attribute), ber.tagged(0x31, ber.octets(value)))
    entry = ber.tagged(0x64, ber.octets(b"") + ber.sequence(found))
    done = ber.tagged(0x65, ber.tagged(0x0A, b"\0") + ber.octets(b"") + ber.octets(b""))
    return ber.sequence(ber.integer(number), entry) + ber.sequence(ber.integer(number), done)


def test_a_controller_says_which_site_we_are_in() -> None:
    assert answer(datagram(7, structure(*SELF)), 7) == Netlogon(*SELF)


def test_names_may_point_back_to_those_before() -> None:
    """`dc1.contoso.test` as Windows compresses it: one label, then a pointer to byte 24."""
    raw = HEAD + spelled("contoso.test") + b"\xc0\x18" + b"\x03dc1\xc0\x18" + b"".join(map(spelled, SELF[3:])) + TAIL
    assert netlogon(raw) == Netlogon(*SELF)


def test_an_answer_to_another_question_says_nothing() -> None:
    assert answer(datagram(8, structure(*SELF)), 7) is None


def test_an_empty_result_says_nothing() -> None:
    done = ber.sequence(ber.integer(7), ber.tagged(0x65, ber.tagged(0x0A, b"\0") + ber.octets(b"") + ber.octets(b"")))
    assert answer(done, 7) is None
    assert answer(datagram(7, structure(*SELF), attribute=b"other"), 7) is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "NETLOGON"),
        (structure(*SELF)[:20], "NETLOGON"),
        (b"\x13\0" + structure(*SELF)[2:], "NETLOGON"),
        (HEAD, "cut off"),
        (HEAD + b"\x3fshort", "cut off"),
        (HEAD + b"\xc0\x18", "points forward"),
        (HEAD + b"\xc0\xff", "points forward"),
        (HEAD + b"\x01a\xc0\x18", "points forward"),
        (HEAD + b"\x80", "unknown kind"),
        (HEAD + (b"\x3f" + b"a" * 63) * 5 + b"\0", "too long"),
        (HEAD + b"\x02\xff\xfe\0" * 9, "codec"),
    ],
)
def test_an_answer_that_is_none_is_refused_in_words(raw: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        netlogon(raw)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_a_value_error(raw: bytes) -> None:
    for heard in (raw, datagram(7, raw), datagram(7, HEAD + raw)):
        try:
            found = answer(heard, 7)
        except ValueError:
            continue
        assert found is None or all(len(name.encode()) <= 255 for name in found)


@given(st.integers(0, 400), st.integers(0, 255))
def test_one_byte_changed_in_a_true_answer_does_no_harm(at: int, byte: int) -> None:
    heard = bytearray(datagram(7, structure(*SELF)))
    heard[at % len(heard)] = byte
    with suppress(ValueError):
        answer(bytes(heard), 7)


def test_the_largest_datagram_is_read_in_no_time() -> None:
    """A ladder of pointers, each to the one before: as much work as 64 KB can ask for."""
    ladder = b"\0" + b"".join((0xC000 | 24 + max(0, 2 * n - 1)).to_bytes(2) for n in range(8000))
    raw = HEAD + ladder + b"\0" * 8
    began = time.monotonic()
    netlogon(raw)
    assert time.monotonic() - began < 1


@contextmanager
def somebody(reply: bytes | None, tries: int = 1) -> Generator[int]:
    """Answers on a loopback port; `reply` has the number 7 where the question's belongs, None says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(5)

        def speak() -> None:
            heard, sender = ear.recvfrom(4096)
            number = int.from_bytes(ber.fields(heard)[0][1], "big")
            for _ in range(tries):
                ear.sendto(datagram(number, reply or b""), sender)

        speaking = threading.Thread(target=speak) if reply is not None else None
        if speaking:
            speaking.start()
        yield ear.getsockname()[1]
        if speaking:
            speaking.join()


def test_the_site_is_asked_for_over_udp() -> None:
    with somebody(structure(*SELF)) as port:
        assert client_site(["127.0.0.1"], "Contoso.test", port=port) == "Berlin"


def test_whoever_speaks_for_another_domain_is_not_believed() -> None:
    with somebody(structure("fabrikam.test", "fabrikam.test", *SELF[2:])) as port:
        assert client_site(["127.0.0.1"], "contoso.test", port=port, patience=0.2) == ""


def test_whoever_talks_nonsense_all_the_time_is_left() -> None:
    with somebody(b"nonsense", tries=300) as port:
        assert client_site(["127.0.0.1"], "contoso.test", port=port, patience=5) == ""


def test_silence_costs_no_more_than_the_patience() -> None:
    with somebody(None) as port:
        began = time.monotonic()
        assert client_site(["127.0.0.1", "127.0.0.1"], "contoso.test", port=port, patience=0.2) == ""
        assert time.monotonic() - began < 2


def test_nobody_to_ask_is_no_site() -> None:
    assert client_site([], "contoso.test") == ""


def test_the_question_is_the_published_filter() -> None:
    """(&(DnsDomain=contoso.test)(NtVer=\\06\\00\\00\\00)) of the root, attribute Netlogon ([MS-ADTS] 6.3.3.2)."""
    (_, number), (kind, search) = ber.fields(question(7, "contoso.test"))
    parts = ber.elements(search)
    assert (number, kind) == (b"\x07", 0x63)
    assert parts[0] == (4, b"")
    assert [tag for tag, _ in ber.elements(parts[6][1])] == [0xA3, 0xA3]
    assert ber.elements(ber.elements(parts[6][1])[1][1]) == [(4, b"NtVer"), (4, b"\x06\0\0\0")]
    assert ber.elements(parts[7][1]) == [(4, b"Netlogon")]
