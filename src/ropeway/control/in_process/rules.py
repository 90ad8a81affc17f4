"""A job's rules."""

from __future__ import annotations

from typing import Any

from ropeway.control.in_process.core import Core
from ropeway.control.protocol import OnProgress
from ropeway.control.running import trouble
from ropeway.control.schema_test_views import SchemaTest, SchemaTestView
from ropeway.control.schema_views import ComparisonView, SchemaChange, SchemaText, SchemaView, TrialView
from ropeway.control.schemas import Form
from ropeway.store import looking
from ropeway.store.rows import Key


class Rules(Core):
    """Implements `SchemaCalls`."""

    def schema(self, job: str, *, type_: str | None = None, attribute: str | None = None) -> SchemaView:
        return self._schemas.show(job, type_=type_, attribute=attribute)

    def export_schema(self, job: str, *, form: Form = "yaml") -> SchemaText:
        return self._schemas.export(job, form)

    def check_schema(self, text: str, *, source_kind: str) -> dict[str, Any]:
        return self._schemas.check(text, source_kind)

    def try_schema(self, job: str, change: SchemaChange, *, progress: OnProgress | None = None) -> TrialView:
        return self._schemas.attempt(job, change, progress)

    def change_schema(self, job: str, change: SchemaChange, *, revision: int | None = None) -> SchemaView:
        return self._schemas.change(job, change, revision)

    def compare_schema(self, job: str, *, text: str | None = None) -> ComparisonView:
        return self._schemas.compare(job, text)

    def schema_upgrade(self, job: str, *, seen: bool = False) -> ComparisonView:
        return self._schemas.upgrade(job, seen=seen)

    def test_schema(self, asked: SchemaTest) -> SchemaTestView:
        return self._schemas.test(asked, lambda name: self._anchor(asked.job, name))

    def _anchor(self, job: str | None, name: str) -> str | None:
        """The anchor of the stored object that somebody names by UPN, GUID, target id or DN."""
        if job is None:
            return None
        key = Key(tenant=self._tenant, job=self._row(job).number)
        with trouble(), self._db.read() as c:
            found = (looking.entries_named(c, key, each) for each in self._names(name))
            return next((entries[0].anchor for entries in found if entries), None)
