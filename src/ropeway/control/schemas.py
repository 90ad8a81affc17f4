"""Schemas of jobs as administrators handle them: look at, try, change, compare, return to the default."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from ropeway.control.protocol import OnProgress
from ropeway.control.running import trouble
from ropeway.control.schema_cases import unreadable
from ropeway.control.schema_entries import Subject, of_ldif, of_source, subject
from ropeway.control.schema_listing import flow_views, scope_views
from ropeway.control.schema_pins import with_pins
from ropeway.control.schema_resets import given_back
from ropeway.control.schema_test_views import SchemaTest, SchemaTestView
from ropeway.control.schema_testing import ANCHOR, prepared, view_of
from ropeway.control.schema_views import (
    ComparisonView,
    SchemaChange,
    SchemaText,
    SchemaView,
    TrialView,
)
from ropeway.control.schema_words import conflict_view, difference_view, where
from ropeway.control.sources import Sources
from ropeway.control.trials import Trial
from ropeway.engine.scoping import Places, Scoping
from ropeway.model.anchors import Anchor
from ropeway.model.job import JobSettings
from ropeway.model.problems import Problem, RopewayError
from ropeway.rules import Rules, layers, load_schema, schema_to_keep
from ropeway.rules.differences import Document, differences
from ropeway.rules.schema import Schema
from ropeway.rules.written import read_written
from ropeway.rules.yaml_form import to_yaml
from ropeway.store import jobs, schemas
from ropeway.store.database import Database
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key
from ropeway.store.schemas import SchemaRecord
from ropeway.store.state import SqlState

Form = Literal["yaml", "json"]


class Schemas:
    """The part of Control that is about schemas."""

    def __init__(self, database: Database, tenant: int, sources: Sources) -> None:
        self._db, self._tenant, self._sources = database, tenant, sources

    def show(self, job: str, *, type_: str | None, attribute: str | None) -> SchemaView:
        """Its attribute mappings and scopes, with what the default has."""
        row, record = self._found(job)
        document = layers.of_job(row.settings).document
        own = row.settings.schema is not None
        usual = None if own else layers.default(row.settings.source.kind)
        return SchemaView(
            job=row.name,
            name=_called(document),
            own=own,
            revision=record.revision,
            edits=len(row.settings.edits),
            flows=tuple(flow_views(document, usual, type_, attribute)),
            scopes=tuple(scope_views(document, usual, type_)) if attribute is None else (),
            problems=tuple(self.problems(row, record)),
        )

    def export(self, job: str, form: Form) -> SchemaText:
        """The whole schema as a file that `import` takes, here or at another job."""
        row, record = self._found(job)
        document = layers.exported(layers.of_job(row.settings).document, row.id, record.revision)
        return SchemaText(job=row.name, revision=record.revision, text=written(document, form))

    def check(self, text: str, source_kind: str) -> Document:
        """The schema in a file, in its shortest form; RopewayError with line or path, and reason."""
        file = read_written(text)
        with file.lines():
            plain, _ = layers.imported(file.document)
            schema_to_keep(plain, source_kind)
            return layers.canonical(plain)

    def attempt(self, job: str, change: SchemaChange, progress: OnProgress | None) -> TrialView:
        """What a change would do to the stored objects. Changes nothing, and reads no source."""
        began = time.perf_counter()
        row, record = self._found(job)
        settings = self._proposed(row, record, change)(row.settings)
        before, after = layers.of_job(row.settings).document, layers.of_job(settings).document
        trial = Trial(self._db, self._key(row), row.settings, settings, row.id)
        with trouble():
            effects = trial.run(progress) if not trial.broken else trial.effects
        return TrialView(
            job=row.name,
            revision=record.revision,
            differences=tuple(difference_view(one) for one in _that_matter(before, after)),
            effects=effects.views(),
            evaluated=effects.evaluated,
            unknown=dict(effects.unknown),
            unread=tuple(f"{type_}: {name}" for type_, names in sorted(trial.unread.items()) for name in sorted(names)),
            seconds=time.perf_counter() - began,
            problems=(trial.broken,) if trial.broken else (),
        )

    def change(self, job: str, change: SchemaChange, revision: int | None) -> SchemaView:
        """Make it; the next cycle decides everything anew. Refused where the schema has another revision by now."""
        row, record = self._found(job)
        proposed = self._proposed(row, record, change)
        layers.job_schema(proposed(row.settings))
        usual = layers.default(row.settings.source.kind)
        with trouble(), self._db.write() as c:
            seen = record.revision if revision is None else revision
            schemas.change(c, self._db, self._key(row), seen, proposed)
            schemas.note_base(c, self._db, self._key(row), layers.stands_for(usual), usual)
        return self.show(job, type_=None, attribute=None)

    def compare(self, job: str, text: str | None) -> ComparisonView:
        """The job's schema against the default, or against a file."""
        row, _ = self._found(job)
        mine = layers.of_job(row.settings).document
        if text is None:
            other = layers.default(row.settings.source.kind)
            found = _that_matter(other, mine)
            names = f"the default, {_called(other)}", f"the job {row.name}"
        else:
            other = self.check(text, row.settings.source.kind)
            found = _that_matter(mine, other)
            names = f"the job {row.name}", "the file"
        views = tuple(difference_view(one) for one in found)
        return ComparisonView(job=row.name, before=names[0], after=names[1], differences=views)

    def upgrade(self, job: str, *, seen: bool) -> ComparisonView:
        """What another default, brought by an upgrade, changes for the job; `seen` closes the notice."""
        row, record = self._found(job)
        usual = layers.default(row.settings.source.kind)
        before, found = self._upgrade(row, record)
        view = ComparisonView(
            job=row.name,
            before=f"the earlier default, {_called(before)}",
            after=f"the default, {_called(usual)}",
            differences=tuple(difference_view(one) for one in found.changes),
            conflicts=tuple(conflict_view(one) for one in found.conflicts),
        )
        if seen:
            with trouble(), self._db.write() as c:
                schemas.note_base(c, self._db, self._key(row), layers.stands_for(usual), usual)
        return view

    def test(self, asked: SchemaTest, anchor_of: Callable[[str], str | None]) -> SchemaTestView:
        """What rules or an expression make of entries; `anchor_of` finds the object that a UPN names."""
        row = self._found(asked.job)[0] if asked.job is not None else None
        schema, about = self._tested(asked, row)
        made = prepared(schema, asked.expression, asked.dialect)
        if asked.cases is not None:
            return view_of(about, list(made.of_cases(asked.cases)))
        if asked.ldif is not None:
            found = list(of_ldif(asked.ldif, made.wanted(asked.type)))
            if not found:
                raise unreadable("the entry", "it is no LDIF entry of a type that the rules are about")
        elif asked.object is not None and row is not None:
            anchor = asked.object.lower() if ANCHOR.fullmatch(asked.object) else anchor_of(asked.object)
            live = of_source(row.settings, asked.object, anchor, made.wanted(None), self._sources)
            found = [self._where_it_belongs(row, made.rules, live)]
        elif asked.expression is not None:
            found = [subject("no entry", "", "", "", {})]
        else:
            raise unreadable("the request", "there is no entry to try the rules on: LDIF, a live object, or cases")
        if row is not None:
            for one in found:
                one.attributes.setdefault("connectorId", row.id)
        return view_of(about, [made.of(one) for one in found])

    def _where_it_belongs(self, row: JobRow, rules: Rules, live: Subject) -> Subject:
        """A live object with the groups and containers that rules ask about, as far as the job has read them."""
        state = SqlState(self._db, self._tenant, row.number)
        anchor = Anchor(live.attributes["objectGUID"])
        with trouble():
            entry = state.known([anchor]).get(anchor)
            if entry is not None:
                scoping = Scoping(state, row.settings.scope, rules)
                scoping.members([anchor])
                scoping.tell(entry, Places(state, row.settings.scope, rules).of(entry), live.attributes)
        return live

    def _tested(self, asked: SchemaTest, row: JobRow | None) -> tuple[Schema, str]:
        """The schema that is tried, and what it is called."""
        if asked.text is not None:
            return load_schema(self.check(asked.text, asked.source_kind), asked.source_kind), "the file"
        if row is not None:
            return layers.job_schema(row.settings), f"the job {row.name}"
        return load_schema(None, asked.source_kind), "the default schema"

    def problems(self, row: JobRow, record: SchemaRecord | None = None) -> Iterable[Problem]:
        """What an administrator should know: an upgraded default, and edits whose place is gone."""
        if row.settings.schema is not None:
            return
        if record is None:
            record = self._record(row)
        before, found = self._upgrade(row, record)
        for edit in layers.of_job(row.settings).lost:
            yield Problem("schema-edit-rests", object=row.name, details={"place": where(edit.place)})
        if found.changes or found.conflicts:
            details = {"changes": str(len(found.changes)), "conflicts": str(len(found.conflicts)),
                       "edits": str(len(row.settings.edits)), "before": _called(before)}  # fmt: skip
            yield Problem("schema-upgraded", object=row.name, details=details)

    def begin(self, row: JobRow) -> None:
        """Note the default that a new job was made with."""
        usual = layers.default(row.settings.source.kind)
        with trouble(), self._db.write() as c:
            schemas.note_base(c, self._db, self._key(row), layers.stands_for(usual), usual)

    def forget(self, row: JobRow) -> None:
        """The job is deleted."""
        with trouble(), self._db.write() as c:
            schemas.forget(c, self._key(row))

    def _upgrade(self, row: JobRow, record: SchemaRecord) -> tuple[Document, layers.Upgrade]:
        usual = layers.default(row.settings.source.kind)
        if row.settings.schema is not None or record.base in ("", layers.stands_for(usual)):
            return usual, layers.Upgrade((), ())
        with trouble(), self._db.read() as c:
            before = schemas.base_document(c, self._tenant, record.base) or usual
        return before, layers.upgrade(before, usual, row.settings.edits)

    def _proposed(
        self, row: JobRow, record: SchemaRecord, change: SchemaChange
    ) -> Callable[[JobSettings], JobSettings]:
        """From settings to settings with the change made."""
        if change.text is None:
            return lambda settings: given_back(settings, change)
        file = read_written(change.text)
        with file.lines():
            plain, exported = layers.imported(file.document)
            schema_to_keep(plain, row.settings.source.kind)
        if exported is not None and exported.job == row.id and exported.revision != record.revision:
            details = {"seen": str(exported.revision), "found": str(record.revision)}
            raise RopewayError(Problem("schema-changed-meanwhile", object=row.name, details=details))
        with trouble():
            document = with_pins(layers.canonical(plain), row.settings, (self._db, self._key(row)), self._sources)
        return lambda settings: layers.with_schema(settings, document)

    def _found(self, job: str) -> tuple[JobRow, SchemaRecord]:
        with trouble(), self._db.read() as c:
            row = jobs.find(c, self._tenant, job)
            return row, schemas.record(c, row.number)

    def _record(self, row: JobRow) -> SchemaRecord:
        with trouble(), self._db.read() as c:
            return schemas.record(c, row.number)

    def _key(self, row: JobRow) -> Key:
        return Key(tenant=self._tenant, job=row.number)


def written(document: Document, form: Form) -> str:
    """A schema as the text of a file."""
    if form == "yaml":
        return to_yaml(document)
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _called(document: Document) -> str:
    return f"{document.get('id', '') or 'without id'} {document.get('version', '')}".strip()


def _that_matter(before: Document, after: Document) -> list[Any]:
    return [one for one in differences(before, after) if one.place not in layers.UNIMPORTANT]
