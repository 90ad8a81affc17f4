"""Whatever bytes come from the network: they are understood, or refused with a ValueError, and cost no memory."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.agent.answering import sized
from ropeway.model.anchors import Anchor
from ropeway.model.pages import Page, Unreadable, Whole
from ropeway.model.wire import parts
from ropeway.model.wire.calls import Arguments, Call, Ended, Level, Message, Stop, arguments_from, from_bytes, to_bytes
from ropeway.model.wire.frames import DoneFrame, FailedFrame, Frame, FullReadFrame, PageFrame
from ropeway.model.wire.parts import TooLarge, encoded, packed, unpacked
from ropeway.model.wire.versions import Spoken
from tests.unit.test_wire import marks, pages, problems

frames = st.one_of(
    st.builds(PageFrame, pages),
    st.builds(DoneFrame, st.none() | st.booleans()),
    st.builds(FailedFrame, problems),
    st.builds(FullReadFrame, st.text(max_size=20)),
)
messages = st.one_of(
    st.builds(Call, st.integers(0, 9), st.integers(0, 9), st.text(), st.sampled_from(["read", "watch"]), st.binary()),
    st.builds(Stop, st.integers(0, 9), st.integers(0, 9)),
    st.builds(Level, st.text()),
    st.builds(Ended, st.text()),
)


def part(found: list[Frame]) -> bytes:
    return packed(1, "domain", [encoded(frame) for frame in found])


@given(st.lists(frames, max_size=4))
def test_frames_arrive_as_they_were_sent(found: list[Frame]) -> None:
    assert unpacked(part(found)) == parts.Part(1, "domain", tuple(found))


@settings(max_examples=300)
@given(st.lists(frames, max_size=3), st.data())
def test_a_damaged_part_is_a_part_or_refused(found: list[Frame], data: st.DataObject) -> None:
    raw = bytearray(part(found))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        assert isinstance(unpacked(bytes(raw)), parts.Part)


@settings(max_examples=300)
@given(st.lists(frames, min_size=1, max_size=3), st.data())
def test_damage_behind_the_compression_is_refused_too(found: list[Frame], data: st.DataObject) -> None:
    raw = bytearray(parts.zstd.decompress(part(found)))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        assert isinstance(unpacked(parts.zstd.compress(bytes(raw), 1)), parts.Part)


@given(st.lists(frames, max_size=3), st.data())
def test_a_part_cut_off_is_refused(found: list[Frame], data: st.DataObject) -> None:
    raw = part(found)
    with pytest.raises(ValueError):
        unpacked(raw[: data.draw(st.integers(0, len(raw) - 1))])


@given(st.binary(max_size=300))
def test_random_bytes_are_nothing(raw: bytes) -> None:
    with pytest.raises(ValueError):
        unpacked(raw)
    with suppress(ValueError):
        assert isinstance(from_bytes(raw), list)
    with suppress(ValueError):
        assert isinstance(arguments_from(raw), Arguments)


@pytest.mark.parametrize("nested", [b"\x91" * 100_000, b"\x81\xa1a" * 100_000])
def test_what_is_nested_without_end_is_refused(nested: bytes) -> None:
    with pytest.raises(ValueError):
        unpacked(parts.zstd.compress(nested, 1))
    with pytest.raises(ValueError):
        from_bytes(nested)
    with pytest.raises(ValueError):
        arguments_from(nested)


def test_a_part_that_lies_about_its_size_is_too_large() -> None:
    with pytest.raises(TooLarge):
        unpacked(parts.zstd.compress(b"\0" * (parts.MOST_BYTES + 1), 1))
    with pytest.raises(TooLarge):
        unpacked(b"\0" * (parts.MOST_PACKED + 1))


def test_a_part_that_would_reserve_much_memory_is_refused() -> None:
    options = {parts.zstd.CompressionParameter.window_log: 27, parts.zstd.CompressionParameter.compression_level: 1}
    writer = parts.zstd.ZstdCompressor(options=options)
    greedy = writer.compress(b"x" * 1000) + writer.flush()
    with pytest.raises(ValueError, match="compressed"):
        unpacked(greedy)


@given(st.lists(messages, max_size=4))
def test_messages_arrive_as_they_were_sent(found: list[Message]) -> None:
    assert from_bytes(to_bytes(found)) == found


@given(st.none() | marks, st.text(max_size=20))
def test_arguments_arrive_as_they_were_sent(mark: object, dn: str) -> None:
    sent = Arguments(watermark=mark, begun=mark, dn=dn)  # type: ignore[arg-type]
    assert arguments_from(msgspec.msgpack.encode(sent)) == sent


@given(pages, st.integers(200, 2000))
def test_a_page_divided_for_its_size_says_the_same(page: Page, most: int) -> None:
    found = [msgspec.msgpack.decode(raw, type=PageFrame).page for raw in sized(PageFrame(page), most)]
    items = [item for one in found for item in one.items]
    assert len(items) == len(page.items)
    assert all(a == b or isinstance(a, Unreadable) for a, b in zip(items, page.items, strict=True))
    assert (found[-1].watermark, found[-1].complete, found[-1].problems) == (
        page.watermark,
        page.complete,
        page.problems,
    )
    assert not any(one.watermark or one.complete or one.problems for one in found[:-1])
    assert all(one.known == page.known for one in found), "how far the source was is true of every half"


def test_an_object_that_is_too_large_is_set_aside_and_stops_nobody() -> None:
    photo = Whole(Anchor("b"), "user", "CN=Zoë", None, {"thumbnailPhoto": b"x" * 5000})
    page = Page((Whole(Anchor("a"), "user", "CN=Anna", None, {}), photo))
    first, second = (msgspec.msgpack.decode(raw, type=PageFrame).page for raw in sized(PageFrame(page), 3000))
    assert first.items == page.items[:1]
    assert isinstance(second.items[0], Unreadable)
    assert second.items[0].problem.code == "object-too-large-to-send"
    assert second.items[0].anchor == "b"


versions = st.builds(lambda a, b: Spoken(min(a, b), max(a, b)), st.integers(1, 5), st.integers(1, 5))


@given(versions, versions)
def test_two_programs_take_the_newest_version_that_both_understand(a: Spoken, b: Spoken) -> None:
    both = set(range(a.oldest, a.newest + 1)) & set(range(b.oldest, b.newest + 1))
    assert a.common(b) == b.common(a) == max(both, default=None)
