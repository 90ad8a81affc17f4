"""Pages travel between processes as msgpack."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ropeway.model.anchors import Anchor
from ropeway.model.pages import (
    WIRE_VERSION,
    Envelope,
    Gone,
    LinkAdded,
    LinkRemoved,
    LinksReplaced,
    Page,
    Patch,
    Unreadable,
    Whole,
    from_wire,
    to_wire,
)
from ropeway.model.problems import Problem
from ropeway.model.watermark import Watermark

text = st.text(max_size=20)
anchors = st.uuids().map(lambda u: Anchor(str(u)))
scalars = st.one_of(text, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.binary(max_size=20))
attributes = st.dictionaries(text, st.one_of(scalars, st.lists(scalars, min_size=1, max_size=4)), max_size=5)
many_anchors = st.lists(anchors, max_size=4).map(tuple)
links = st.dictionaries(text, many_anchors, max_size=3)
names = st.lists(text, max_size=3).map(tuple)
problems = st.builds(Problem, text, text, text, text, st.dictionaries(text, text, max_size=3))
items = st.one_of(
    st.builds(Whole, anchors, text, text, st.none() | anchors, attributes, links, names, links),
    st.builds(Patch, anchors, st.none() | text, text, st.none() | anchors, attributes, names),
    st.builds(Gone, anchors),
    st.builds(LinkAdded, anchors, text, anchors),
    st.builds(LinkRemoved, anchors, text, anchors),
    st.builds(LinksReplaced, anchors, text, many_anchors, st.booleans(), st.booleans()),
    st.builds(Unreadable, st.none() | anchors, text, problems),
)
marks = st.builds(
    Watermark,
    st.sampled_from(["dirsync", "usn", "ldif", "changes"]),
    text,
    text,
    st.integers(0, 2**63 - 1),
    st.floats(allow_nan=False),
    text,
    st.binary(max_size=40),
)
pages = st.builds(
    Page,
    st.lists(items, max_size=6).map(tuple),
    st.none() | marks,
    st.booleans(),
    st.none() | st.integers(0, 10**9),
    st.lists(problems, max_size=2).map(tuple),
)


@given(pages)
def test_a_page_arrives_as_it_was_sent(page: Page) -> None:
    assert from_wire(to_wire(page)) == page


@given(pages, st.data())
def test_a_page_cut_off_on_its_way_is_refused(page: Page, data: st.DataObject) -> None:
    raw = to_wire(page)
    with pytest.raises(ValueError):
        from_wire(raw[: data.draw(st.integers(0, len(raw) - 1))])


@given(st.binary(max_size=200))
def test_random_bytes_are_no_page(raw: bytes) -> None:
    with pytest.raises(ValueError):
        from_wire(raw)


@given(pages, st.data())
def test_a_damaged_page_is_a_page_or_refused(page: Page, data: st.DataObject) -> None:
    raw = bytearray(to_wire(page))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        assert isinstance(from_wire(bytes(raw)), Page)


@given(pages, st.integers(0, 1000).filter(lambda v: v != WIRE_VERSION))
def test_a_page_of_another_version_is_refused(page: Page, version: int) -> None:
    raw = msgspec.msgpack.encode(Envelope(page, version))
    with pytest.raises(ValueError, match=f"version {version}"):
        from_wire(raw)
