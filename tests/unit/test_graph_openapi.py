"""docs/graph-openapi.json is the routes, and is a document that tools can read."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, cast

import schemathesis

from ropeway.service.graph import routes
from ropeway.service.graph.openapi import document
from ropeway.service.parts import Parts

PAGE = Path(__file__).parents[2] / "docs" / "graph-openapi.json"


def made() -> dict[str, Any]:
    """The document of all routes; nothing is asked of them."""
    nobody = cast(Any, None)
    return document(routes(Parts(1, nobody, nobody, nobody, time.time, "https://ropeway.contoso.test")), "1")


def test_the_document_is_that_of_the_routes() -> None:
    assert json.loads(PAGE.read_text(encoding="utf-8")) == made(), "run scripts/write-openapi"


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    operations = [o for path in made()["paths"].values() for m, o in path.items() if m != "parameters"]
    assert len(operations) > 200
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names)
    assert [one["operationId"] for one in operations if not one["summary"]] == []


def test_tools_read_the_document() -> None:
    schema: Any = schemathesis.openapi.from_dict(made())
    schema.validate()
    assert sum(1 for _ in schema.get_all_operations()) > 200
