"""A job's rules."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from ropeway.control.protocol.cycles import OnProgress
from ropeway.control.schema_test_views import SchemaTest, SchemaTestView
from ropeway.control.schema_views import ComparisonView, SchemaChange, SchemaText, SchemaView, TrialView


class SchemaCalls(Protocol):
    """Schemas: shown, changed, compared, tried."""

    def schema(self, job: str, *, type_: str | None = None, attribute: str | None = None) -> SchemaView:
        """A job's attribute mappings and scopes, each beside what the default has; of one type or attribute only."""
        ...

    def export_schema(self, job: str, *, form: Literal["yaml", "json"] = "yaml") -> SchemaText:
        """The whole schema as a file for `change_schema`, here or at another job."""
        ...

    def check_schema(self, text: str, *, source_kind: str) -> dict[str, Any]:
        """The schema in a file, YAML or JSON, in Graph's shape and shortest form; an invalid one is refused."""
        ...

    def try_schema(self, job: str, change: SchemaChange, *, progress: OnProgress | None = None) -> TrialView:
        """What a change would do to how many of the stored objects. Reads no source, writes nothing."""
        ...

    def change_schema(self, job: str, change: SchemaChange, *, revision: int | None = None) -> SchemaView:
        """Make the change, if the schema still has this revision; the next cycle decides everything anew."""
        ...

    def compare_schema(self, job: str, *, text: str | None = None) -> ComparisonView:
        """The job's schema against its default, or a file's against the job's."""
        ...

    def schema_upgrade(self, job: str, *, seen: bool = False) -> ComparisonView:
        """What another default schema, brought by an upgrade, changes for a job; `seen` closes the notice of it."""
        ...

    def test_schema(self, asked: SchemaTest) -> SchemaTestView:
        """What a schema or an expression makes of pasted, live or written entries, and whether that was expected."""
        ...
