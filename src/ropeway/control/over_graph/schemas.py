"""Schemas as they are shown and exported, asked of Graph's synchronization API (graph-scim.md B6)."""

from __future__ import annotations

from typing import Literal

import msgspec

from ropeway.control.over_graph.graph import Graph, key, preferring
from ropeway.control.schema_views import SchemaText, SchemaView

SCHEMA, TEXT = "ropeway.schema", "ropeway.schemaText"
BRIEF = ("$select", "id")
"""Graph's own schema, a thousand mappings and attributes, is not told beside."""


class _Schema(msgspec.Struct, rename={"view": f"@{SCHEMA}"}):
    view: SchemaView


class _Text(msgspec.Struct, rename={"text": f"@{TEXT}"}):
    text: SchemaText


class SchemasOverGraph:
    """Methods of `Control` about schemas that Graph has."""

    _graph: Graph

    def schema(self, job: str, *, type_: str | None = None, attribute: str | None = None) -> SchemaView:
        """GET …/jobs/{id}/schema."""
        said = {"ropeway-type": type_, "ropeway-attribute": attribute}
        query = [BRIEF, *((name, value) for name, value in said.items() if value is not None)]
        return self._graph.ask("GET", self._schema(job), _Schema, query=query, headers=preferring(SCHEMA)).view

    def export_schema(self, job: str, *, form: Literal["yaml", "json"] = "yaml") -> SchemaText:
        """GET …/jobs/{id}/schema, as the text of a file."""
        query = (BRIEF, ("ropeway-form", form))
        return self._graph.ask("GET", self._schema(job), _Text, query=query, headers=preferring(TEXT)).text

    def _schema(self, job: str) -> str:
        return f"{self._graph.synchronization}/jobs{key(job)}/schema"
