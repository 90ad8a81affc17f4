"""docs/graph-api.md names everything that can be set and asked."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.routing import Route

from ropeway.model.templates import TEMPLATES
from ropeway.service.graph import routes
from ropeway.service.graph.api import Api, directly
from ropeway.service.graph.directory_audits import fields as of_acts
from ropeway.service.graph.job_settings import LATER, TELLERS
from ropeway.service.graph.opaque import opaque_of
from ropeway.service.graph.provisioning_log import ProvisioningLog
from ropeway.service.graph.sign_ins import fields as of_sign_ins
from ropeway.service.odata.options import KNOWN, LIST
from tests.unit.graph_office import GraphOffice, shared_office

__all__ = ["shared_office"]

PAGE = (Path(__file__).parents[2] / "docs" / "graph-api.md").read_text()
WORDS = {word.lower() for word in re.findall(r"`([^`\n]+)`", re.sub(r"(?s)```.*?```", "", PAGE))}


def test_every_setting_and_template_is_documented() -> None:
    assert {name for name in (*TELLERS, *TEMPLATES) if name.lower() not in WORDS} == set()
    changed = {line.split("|")[1] for line in PAGE.splitlines() if line.endswith("| yes |")}
    assert {name for names in changed for name in re.findall(r"`(\w+)`", names)} == LATER


def test_every_property_of_a_filter_is_documented(shared_office: GraphOffice) -> None:
    log = ProvisioningLog(Api(shared_office.parts, directly(shared_office.parts)))
    ids = opaque_of(shared_office.parts)
    assert {name for name in (*log.fields(), *of_acts(ids), *of_sign_ins(ids)) if name not in WORDS} == set()


def test_every_offered_query_option_is_documented() -> None:
    assert {name for name in KNOWN if name in LIST and name not in WORDS} == set()


def test_every_resource_is_documented(shared_office: GraphOffice) -> None:
    found = {r.path.rstrip("/").rpartition("/")[2] for r in routes(shared_office.parts) if isinstance(r, Route)}
    assert {last for last in found if not last.startswith("{") and last not in PAGE} == set()
