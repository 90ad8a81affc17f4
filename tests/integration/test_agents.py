"""A domain read through agents: real HTTPS, real Samba, agents that are processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ropeway.connectors.active_directory import open_source
from ropeway.lab.domain import Domain
from tests.fixtures.gateway import Beside, Service, a_service, an_agent, running
from tests.integration.active_directory_office import WANTED, read_all, settings

pytestmark = pytest.mark.samba


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with a_service(f"sqlite:///{tmp_path}/ropeway.db", tmp_path) as service:
        yield service


@pytest.fixture
def agent(service: Service, contoso: Domain, tmp_path: Path) -> Iterator[Beside]:
    agent = an_agent(service, tmp_path / "agent", contoso)
    with running(agent):
        yield agent


def test_what_an_agent_reads_is_what_the_domain_says(service: Service, agent: Beside, contoso: Domain) -> None:
    with closing(open_source(settings(contoso))) as direct, closing(service.source()) as through:
        expected, _ = read_all(direct, WANTED)
        found, mark = read_all(through, WANTED)
        assert found == expected
        assert mark.domain == direct.describe().id
        assert through.describe() == direct.describe()
        assert list(through.read(mark, WANTED)) == []
        assert through.reports_deletions() == direct.reports_deletions()
        anna = next(iter(found))
        assert through.read_one(anna, WANTED) == direct.read_one(anna, WANTED)
        assert {a for p in through.anchors(WANTED) for a in p.anchors} == set(found)
