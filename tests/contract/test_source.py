"""The laws of a Source, the same for an LDIF file, a real domain, an export of it, and pages as Windows writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import pytest

from ropeway.engine.ports import Enumerates, FullReadNeeded, Resolves, Source
from ropeway.lab.domain import Domain
from ropeway.model.anchors import Anchor
from ropeway.model.pages import (
    PAGE_VALUES,
    Item,
    LinksReplaced,
    Page,
    Whole,
    from_wire,
    to_wire,
)
from ropeway.model.problems import RopewayError
from ropeway.model.watermark import Watermark
from tests.contract.source_worlds import DomainWorld, WindowsWorld, World, exported, written_by_hand
from tests.fixtures.samba import bound

Links = dict[str, set[Anchor]]


@pytest.fixture(
    scope="module",
    params=[
        "ldif",
        "windows",
        pytest.param("samba", marks=pytest.mark.samba),
        pytest.param("export", marks=pytest.mark.samba),
    ],
)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("source")
    match request.param:
        case "ldif":
            yield written_by_hand(folder)
        case "windows":
            yield WindowsWorld()
        case "export":
            yield exported(request.getfixturevalue("contoso"), folder)
        case _:
            domain: Domain = request.getfixturevalue("own_contoso")
            admin = bound(domain, domain.administrator, domain.administrator_password().reveal())
            yield DomainWorld(domain, admin)
            admin.unbind_s()


@pytest.fixture
def source(world: World) -> Iterator[Source]:
    with closing(world.open()) as opened:
        yield opened


@pytest.fixture
def full(source: Source, world: World) -> list[Page]:
    return list(source.read(None, world.wanted))


def values_in(page: Page) -> int:
    def weight(item: Item) -> int:
        match item:
            case Whole(links=links):
                return 1 + sum(len(others) for others in links.values())
            case LinksReplaced(others=others):
                return len(others)
            case _:
                return 1

    return sum(map(weight, page.items))


def objects(pages: list[Page]) -> dict[Anchor, Whole]:
    return {item.anchor: item for page in pages for item in page.items if isinstance(item, Whole)}


def links(pages: list[Page]) -> dict[Anchor, Links]:
    """All links by owner and attribute, in one piece or in parts."""
    found: dict[Anchor, Links] = {}
    for page in pages:
        for item in page.items:
            if isinstance(item, Whole):
                found[item.anchor] = {name: set(others) for name, others in item.links.items()}
            elif isinstance(item, LinksReplaced):
                found[item.anchor].setdefault(item.attribute, set()).update(item.others)
    return found


def mark_of(pages: list[Page]) -> Watermark:
    mark = pages[-1].watermark
    assert mark is not None
    return mark


def news(source: Source, mark: Watermark, world: World) -> list[Page]:
    """What came since; a source that cannot say reads everything."""
    try:
        return list(source.read(mark, world.wanted))
    except FullReadNeeded:
        return list(source.read(None, world.wanted))


@contextmanager
def full_read_needed() -> Iterator[None]:
    with pytest.raises(FullReadNeeded):
        yield


def test_every_page_is_small_enough_to_be_stored_at_once(full: list[Page]) -> None:
    assert all(values_in(page) <= PAGE_VALUES for page in full)


def test_everybody_is_delivered_once(full: list[Page]) -> None:
    wholes = [item.anchor for page in full for item in page.items if isinstance(item, Whole)]
    assert len(wholes) == len(set(wholes)) > 50
    assert all(isinstance(item, Whole | LinksReplaced) for page in full for item in page.items)


def test_everybody_has_a_parent_that_is_delivered_too_but_for_the_domain_itself(full: list[Page]) -> None:
    found = objects(full)
    roots = [item for item in found.values() if item.parent is None]
    assert [root.type for root in roots] == ["domainDNS"]
    assert {item.parent for item in found.values()} - {None} <= set(found)


def test_every_link_leads_to_somebody_delivered(full: list[Page]) -> None:
    found = objects(full)
    others = {other for by_name in links(full).values() for ends in by_name.values() for other in ends}
    assert others
    assert others <= set(found)


def test_parts_of_long_links_are_announced_and_have_a_first_and_a_last(full: list[Page]) -> None:
    parts: dict[tuple[Anchor, str], list[LinksReplaced]] = {}
    for page in full:
        for item in page.items:
            if isinstance(item, LinksReplaced):
                parts.setdefault((item.anchor, item.attribute), []).append(item)
    announced = {(item.anchor, name) for item in objects(full).values() for name in item.continued}
    assert set(parts) == announced
    for found in parts.values():
        assert [part.first for part in found] == [True] + [False] * (len(found) - 1)
        assert [part.last for part in found] == [False] * (len(found) - 1) + [True]


def test_the_last_page_is_complete_and_alone_brings_the_watermark(full: list[Page], source: Source) -> None:
    *others, last = full
    assert last.complete
    assert last.watermark is not None
    assert last.watermark.domain == source.describe().id
    assert not any(page.complete or page.watermark for page in others)


def test_every_value_is_what_the_definition_says(full: list[Page], source: Source) -> None:
    kinds = {"String": str, "Integer": int, "Boolean": bool, "Binary": bytes, "DateTime": str}
    definition = source.describe()
    for item in objects(full).values():
        type_ = definition.object(item.type)
        assert type_ is not None, item.type
        for name, value in item.attributes.items():
            attribute = type_.attribute(name)
            assert attribute is not None, name
            assert attribute.name == name
            assert isinstance(value, list) == attribute.multivalued, name
            assert all(type(v) is kinds[attribute.type] for v in (value if isinstance(value, list) else [value]))
        for name in item.links:
            attribute = type_.attribute(name)
            assert attribute is not None
            assert attribute.type == "Reference"


def test_only_what_is_wanted_leaves_the_source(full: list[Page], world: World) -> None:
    containers = {"domainDNS", "container", "organizationalUnit"}
    for item in objects(full).values():
        assert item.type in world.wanted.types or item.type in containers
        assert {*item.attributes, *item.links} <= set(world.wanted.types.get(item.type, ()))


def test_pages_survive_the_way_between_processes(full: list[Page]) -> None:
    assert [from_wire(to_wire(page)) for page in full] == full


def test_a_second_full_read_says_the_same(full: list[Page], source: Source, world: World) -> None:
    again = list(source.read(None, world.wanted))
    assert objects(again) == objects(full)
    assert links(again) == links(full)


def test_one_object_read_alone_is_the_same(full: list[Page], source: Source, world: World) -> None:
    by_owner = links(full)
    chosen = {item.type: item for item in objects(full).values()}
    chosen |= {item.type + " with links": item for item in objects(full).values() if by_owner[item.anchor]}
    for item in chosen.values():
        alone = source.read_one(item.anchor, world.wanted)
        assert alone is not None
        assert (alone.type, alone.dn, alone.parent) == (item.type, item.dn, item.parent)
        assert alone.attributes == item.attributes
        assert {name: set(others) for name, others in alone.links.items()} == by_owner[item.anchor]
        assert alone.continued == ()


def test_somebody_nobody_knows_is_not_there(source: Source, world: World) -> None:
    assert source.read_one(Anchor("ffffffff-ffff-4fff-8fff-ffffffffffff"), world.wanted) is None


def test_who_points_here_is_told_with_one_object(full: list[Page], source: Source, world: World) -> None:
    if isinstance(world, WindowsWorld):
        pytest.skip("back links are asked of the controller, and there is none")
    by_owner = links(full)
    other = next(other for by_name in by_owner.values() for ends in by_name.values() for other in ends)
    pointing: Links = {}
    for owner, by_name in by_owner.items():
        for name, ends in by_name.items():
            if other in ends:
                pointing.setdefault(name, set()).add(owner)
    alone = source.read_one(other, world.wanted)
    assert alone is not None
    assert {name: set(owners) for name, owners in alone.referenced_by.items()} == pointing


def test_all_anchors_can_be_listed(full: list[Page], source: Source, world: World) -> None:
    if not isinstance(source, Enumerates):
        pytest.skip("does not enumerate")
    pages = list(source.anchors(world.wanted))
    assert set(objects(full)) <= {anchor for page in pages for anchor in page.anchors}
    assert pages[-1].complete
    assert not any(page.complete for page in pages[:-1])


def test_an_administrator_finds_an_object_by_its_name(full: list[Page], source: Source, world: World) -> None:
    if not isinstance(source, Resolves):
        pytest.skip("does not resolve")
    for item in list(objects(full).values())[:5]:
        found = source.resolve(item.dn.upper(), world.wanted)
        assert found is not None
        assert found.anchor == item.anchor


def test_after_a_full_read_nothing_is_new(full: list[Page], source: Source, world: World) -> None:
    assert [item for page in source.read(mark_of(full), world.wanted) for item in page.items] == []


def test_who_is_hired_afterwards_arrives(
    full: list[Page], source: Source, world: World, request: pytest.FixtureRequest
) -> None:
    name = f"New {abs(hash(request.node.name)) % 10**9}"
    world.hire(name)
    after = news(source, mark_of(full), world)
    (new,) = set(objects(after)) - set(objects(full))
    assert objects(after)[new].attributes["cn"] == name
    assert objects(after)[new].type == "user"
    assert [item for page in source.read(mark_of(after), world.wanted) for item in page.items] == []


def test_another_process_continues_where_the_first_one_stopped(full: list[Page], world: World) -> None:
    with closing(world.open()) as other:
        assert [item for page in other.read(mark_of(full), world.wanted) for item in page.items] == []


def test_another_domains_watermark_is_refused(full: list[Page], source: Source, world: World) -> None:
    foreign = msgspec.structs.replace(mark_of(full), domain="ffffffff-ffff-4fff-8fff-ffffffffffff")
    with pytest.raises(RopewayError) as refused:
        list(source.read(foreign, world.wanted))
    assert refused.value.problem.code == "watermark-of-another-domain"


@pytest.mark.parametrize("damage", [lambda raw: b"", lambda raw: raw[:-1] + b"\xff\xff", lambda raw: b"\xff" * 40])
def test_a_damaged_watermark_means_a_full_read(
    full: list[Page], source: Source, world: World, damage: Callable[[bytes], bytes]
) -> None:
    mark = mark_of(full)
    with full_read_needed():
        list(source.read(msgspec.structs.replace(mark, opaque=damage(mark.opaque)), world.wanted))


def test_closing_twice_is_closing_once(world: World) -> None:
    source = world.open()
    source.close()
    source.close()


@pytest.mark.samba
def test_an_export_says_what_the_domain_itself_says(contoso: Domain, tmp_path: Path) -> None:
    domain = DomainWorld(contoso, None)  # pyright: ignore[reportArgumentType] - nobody is hired
    file = exported(contoso, tmp_path)
    with closing(domain.open()) as one, closing(file.open()) as other:
        live, read = list(one.read(None, domain.wanted)), list(other.read(None, file.wanted))
    assert objects(read).keys() == objects(live).keys()
    for anchor, item in objects(live).items():
        same = objects(read)[anchor]
        assert (same.type, same.dn, same.parent, same.attributes) == (item.type, item.dn, item.parent, item.attributes)
    assert links(read) == links(live)
    assert mark_of(read).domain == mark_of(live).domain
