"""Schemathesis asks by Microsoft's published contract: nothing breaks the service, each answer is as published."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import checks
from schemathesis.specs.openapi import checks as openapi_checks

from ropeway.service.app import application
from ropeway.service.graph import routes
from tests.fixtures.contract import FOLDER, needs_contract
from tests.fixtures.https import answering
from tests.unit.graph_office import opened

EXAMPLES = 3
"""Requests of each operation."""
KEYED = ("users", "groups", "organization", "servicePrincipals", "domains")
CHECKS: list[Any] = [vars(checks)["not_a_server_error"], vars(openapi_checks)["response_schema_conformance"]]
FILES = {"v1.0": "graph-v1-slice.openapi.json", "beta": "graph-beta-onprem.openapi.json"}


@dataclass
class Judged:
    """A service behind TLS, who asks it, and what there is in it by the segment before its key."""

    url: str
    authority: Path
    token: str
    ids: dict[str, str]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Generator[Judged]:
    folder = tmp_path_factory.mktemp("schemathesis")
    with opened(folder) as office, answering(folder, application(routes(office.parts))) as tls:
        ids = {name: office.get(f"/v1.0/{name}")["value"][0]["id"] for name in KEYED}
        ids |= {"jobs": office.control.job("Contoso").id, "directoryObjects": ids["users"]}
        ids |= {"onPremisesSynchronization": ids["organization"], "onPremisesPublishingProfiles": "provisioning"}
        yield Judged(f"https://localhost:{tls.port}", tls.authority, office.token.reveal(), ids)


@needs_contract
@pytest.mark.parametrize("version", FILES)
def test_no_request_of_the_contract_breaks_anything(judged: Judged, version: str) -> None:
    text = (FOLDER / FILES[version]).read_text()
    document: dict[str, Any] = json.loads(re.sub(r',\s*"format":\s*"duration"', "", text))  # OData's may have fractions
    schema: Any = schemathesis.openapi.from_dict(document)
    statuses: list[int] = []
    for found in schema.get_all_operations():
        operation = found.ok()
        _ask(judged, version, operation, statuses)
    assert len(statuses) > 100
    assert sum(status < 300 for status in statuses) > 10, "most of what was asked leads nowhere"


def _ask(judged: Judged, version: str, operation: Any, statuses: list[int]) -> None:
    @seed(zlib.crc32(operation.label.encode()))
    @settings(
        max_examples=EXAMPLES, phases=[Phase.generate], database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def asked(case: Any) -> None:
        for name, there in _keys(operation.path, judged.ids).items():
            if zlib.crc32(str(case.path_parameters[name]).encode()) % 4:
                case.path_parameters[name] = there
        answer = case.call(
            base_url=f"{judged.url}/{version}", verify=str(judged.authority),
            headers={"Authorization": f"Bearer {judged.token}"},
        )  # fmt: skip
        statuses.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS)
        assert answer.status_code < 500, answer.text

    asked()


def _keys(path: str, ids: dict[str, str]) -> dict[str, str]:
    """Parameters of a path that name something that is there."""
    found = re.findall(r"/(\w+)/\{(\w+)\}", path)
    return {name: ids[segment] for segment, name in found if segment in ids}
