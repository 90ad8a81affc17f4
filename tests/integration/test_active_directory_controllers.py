"""Several controllers of one domain: a mark of one is good on the other, and one may die at any moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.connectors.active_directory import ActiveDirectorySource, open_source
from ropeway.engine.ports import FullReadNeeded
from ropeway.lab import controller
from ropeway.lab.domain import Domain
from ropeway.model.pages import Gone, Page, Whole
from ropeway.model.problems import RopewayError
from ropeway.model.watermark import Watermark
from tests.integration.active_directory_office import WANTED, Office, read_all, settings

pytestmark = pytest.mark.samba


@pytest.fixture(scope="module")
def pair(own_contoso: Domain, second_controller: Callable[[Domain], Domain]) -> tuple[Domain, Domain]:
    return own_contoso, second_controller(own_contoso)


def both(pair: tuple[Domain, Domain], **more: object) -> ActiveDirectorySource:
    return open_source(settings(pair[0], servers=[pair[0].address, pair[1].address], **more))


def on(domain: Domain, **more: object) -> ActiveDirectorySource:
    return open_source(settings(domain, **more))


@pytest.fixture
def first_alive(pair: tuple[Domain, Domain], laboratory) -> Iterator[None]:
    yield
    if controller.process(pair[0]) is None:
        laboratory.start(pair[0])


def eventually(look: Callable[[], bool], source: ActiveDirectorySource) -> bool:
    for _ in range(60):
        if look():
            return True
        source.wait(0.5)
    return False


def test_a_mark_of_one_controller_continues_on_the_other(
    pair: tuple[Domain, Domain], ldap_admin: Callable[[Domain], LDAPObject]
) -> None:
    office = Office(pair[0], ldap_admin(pair[0]), on(pair[0]), WANTED)
    office.source = on(pair[1])
    anna = office.add("CN=Anna,CN=Users", sAMAccountName="anna")
    seen: list[object] = []

    def arrived() -> bool:
        seen.extend(i for i in office.news() if i.anchor == anna)
        return bool(seen)

    assert eventually(arrived, office.source)
    assert isinstance(seen[0], Whole)
    office.admin.delete_s(office.dn("CN=Anna,CN=Users"))
    assert eventually(lambda: Gone(anna) in office.news(), office.source)


def test_both_controllers_tell_the_same(pair: tuple[Domain, Domain]) -> None:
    first, _ = read_all(on(pair[0]), WANTED)
    assert eventually(lambda: read_all(on(pair[1]), WANTED)[0] == first, on(pair[1]))


def test_marks_of_the_usn_method_belong_to_one_controller(pair: tuple[Domain, Domain]) -> None:
    _, mark = read_all(on(pair[0], method="usn"), WANTED)
    with pytest.raises(FullReadNeeded, match="another controller"):
        list(on(pair[1], method="usn").read(mark, WANTED))


def test_absence_does_not_count_on_a_controller_that_is_behind(pair: tuple[Domain, Domain]) -> None:
    _, mark = read_all(on(pair[0]), WANTED)
    behind = on(pair[1])
    behind.remember(msgspec.structs.replace(mark, usn=mark.usn + 1_000_000))
    assert not last(behind.read(None, WANTED)).complete
    assert not list(behind.anchors(WANTED))[-1].complete
    level = on(pair[1])
    level.remember(mark)
    assert eventually(lambda: last(level.read(None, WANTED)).complete, level)


def test_when_a_controller_dies_the_next_one_continues(pair: tuple[Domain, Domain], first_alive: None) -> None:
    source = both(pair)
    _, mark = read_all(source, WANTED)
    controller.kill(pair[0])
    assert [page for page in source.read(mark, WANTED) if page.items] == []
    assert source.describe().object("user") is not None


def test_when_a_controller_dies_in_the_middle_of_a_full_read_nothing_is_lost(
    pair: tuple[Domain, Domain], first_alive: None
) -> None:
    everything, _ = read_all(on(pair[1]), WANTED)
    source = both(pair, page_size=10, method="dirsync")
    seen: set[object] = set()
    mark: Watermark | None = None
    complete = False
    for number, page in enumerate(source.read(None, WANTED)):
        if number == 0:
            controller.kill(pair[0])
        seen |= {item.anchor for item in page.items}
        mark, complete = page.watermark, page.complete
    assert seen == everything.keys()
    assert mark is not None
    assert complete
    assert all(not page.items for page in source.read(mark, WANTED))


def test_when_all_are_dead_the_last_one_is_named(pair: tuple[Domain, Domain]) -> None:
    source = open_source(settings(pair[0], servers=[f"{pair[0].address}:9", f"{pair[1].address}:9"]))
    with pytest.raises(RopewayError, match=pair[1].address) as lost:
        source.describe()
    assert lost.value.problem.code == "controller-unreachable"


def last(pages: Iterator[Page]) -> Page:
    return list(pages)[-1]
