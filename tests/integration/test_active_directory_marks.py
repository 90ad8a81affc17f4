"""Marks that must not be trusted, on a real domain."""

from __future__ import annotations

import msgspec
import pytest

from ropeway.connectors.active_directory import open_source
from ropeway.engine.ports import FullReadNeeded
from ropeway.lab.domain import Domain
from ropeway.model.problems import RopewayError
from ropeway.model.watermark import Watermark
from tests.integration.active_directory_office import WANTED, read_all, settings

pytestmark = pytest.mark.samba
DAY = 86_400


@pytest.fixture(scope="module")
def mark(contoso: Domain) -> Watermark:
    return read_all(open_source(settings(contoso)), WANTED)[1]


def reading(domain: Domain, mark: Watermark, **changed: object) -> None:
    list(open_source(settings(domain)).read(msgspec.structs.replace(mark, **changed), WANTED))


def test_another_domains_mark_stops_the_job(contoso: Domain, fabrikam: Domain, mark: Watermark) -> None:
    with pytest.raises(RopewayError, match="another domain") as refused:
        reading(fabrikam, mark)
    assert refused.value.problem.code == "watermark-of-another-domain"


def test_a_controller_behind_the_mark_means_a_full_read(contoso: Domain, mark: Watermark) -> None:
    with pytest.raises(FullReadNeeded, match="behind"):
        reading(contoso, mark, usn=mark.usn + 1000)


def test_a_controller_nobody_knows_means_a_full_read(contoso: Domain, mark: Watermark) -> None:
    with pytest.raises(FullReadNeeded, match="No controller of the domain"):
        reading(contoso, mark, controller="00000000-0000-4000-8000-000000000000")


def test_a_mark_older_than_the_tombstones_means_a_full_read(contoso: Domain, mark: Watermark) -> None:
    reading(contoso, mark, time=mark.time - 179 * DAY)
    with pytest.raises(FullReadNeeded, match="181 days"):
        reading(contoso, mark, time=mark.time - 181 * DAY)


@pytest.mark.parametrize("keep", [0, 1, 40, 100, -1])
def test_a_damaged_mark_means_a_full_read(contoso: Domain, mark: Watermark, keep: int) -> None:
    with pytest.raises(FullReadNeeded, match="damaged"):
        reading(contoso, mark, opaque=mark.opaque[:keep])


def test_a_mark_of_a_file_means_a_full_read(contoso: Domain, mark: Watermark) -> None:
    with pytest.raises(FullReadNeeded, match="ldif"):
        reading(contoso, mark, method="ldif")
