"""`…/schema` of jobs and of templates: look, change, return to the default, and the words it is written in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from starlette.routing import BaseRoute

from ropeway.control.schema_views import SchemaChange, SchemaView
from ropeway.model.definition import DirectoryDefinition
from ropeway.model.problems import Problem, RopewayError, shown
from ropeway.rules import layers
from ropeway.rules.loading import decoded, load_schema
from ropeway.rules.schema import Schema
from ropeway.service.graph import vocabulary
from ropeway.service.graph.directories import directories, discovered, own_schema
from ropeway.service.graph.expressions import ParseBody, parsed
from ropeway.service.graph.job_actions import JOB
from ropeway.service.graph.jobs import Jobs
from ropeway.service.graph.schema_shape import ANNOTATION, to_graph
from ropeway.service.odata.answers import Answer, changed, many, nothing, one
from ropeway.service.odata.bodies import without_annotations
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import Page, page_of
from ropeway.service.odata.refusals import body_invalid, resource_unknown, unreadable
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import jobs, schemas
from ropeway.store.jobs import JobRow

Json = dict[str, Any]
NOTE, TEXT_NOTE = "ropeway.schema", "ropeway.schemaText"
"""Annotations with what `ropeway schema show` and `export` tell, for clients that prefer them."""
SchemaOf = Callable[[Asked], Schema]


@dataclass(frozen=True, slots=True)
class Schemas:
    """Schemas as a resource."""

    jobs: Jobs

    def routes(self) -> Sequence[BaseRoute]:
        """The schema of a job, and what there is below it."""
        parts = self.jobs.api.parts
        verbs = {
            "get": Verb(self.shown, ONE),
            "put": Verb(self.put, body=True, act="change_schema"),
            "patch": Verb(self.patch, body=True, act="change_schema"),
            "delete": Verb(self.reset, act="reset_schema"),
        }
        discover = Verb(self.discover, act="discover")
        return [
            resource(parts, f"{JOB}/schema", **verbs),
            resource(parts, f"{JOB}/schema/directories/{{directory}}/discover", post=discover),
            *self.words(f"{JOB}/schema", self._schema, lambda asked: self._context(self.jobs.row(asked))),
        ]

    def words(self, path: str, schema_of: SchemaOf, context_of: Callable[[Asked], str]) -> list[BaseRoute]:
        """What a schema of a job or of a template is written in, and on: the same below both."""
        parts = self.jobs.api.parts

        def listed(asked: Asked) -> Answer:
            """Directories of a schema: what there is to be mapped."""
            items = directories(schema_of(asked))
            return many(f"{context_of(asked)}/directories", page_of(items, asked.options, asked.page_size))

        def shown(asked: Asked) -> Answer:
            """A directory of a schema."""
            return one(f"{context_of(asked)}/directories", _directory(schema_of(asked), asked.key("directory")))

        def operators(asked: Asked) -> Answer:
            """Operators of scoping filters."""
            schema_of(asked)
            return many("Collection(microsoft.graph.filterOperatorSchema)", Page(vocabulary.filter_operators()))

        def functions(asked: Asked) -> Answer:
            """Functions of attribute mappings."""
            found = vocabulary.functions(schema_of(asked).dialect)
            return many("Collection(microsoft.graph.attributeMappingFunctionSchema)", Page(found))

        def parse(asked: Asked) -> Answer:
            """POST …/parseExpression: whether an expression can be read, and its value for a sample."""
            answer = parsed(asked.shaped(ParseBody), schema_of(asked).dialect)
            return one("microsoft.graph.parseExpressionResponse", answer, is_entity=False)

        return [
            resource(parts, f"{path}/directories", get=Verb(listed, LIST)),
            resource(parts, f"{path}/directories/{{directory}}", get=Verb(shown, ONE)),
            resource(parts, f"{path}/filterOperators", get=Verb(operators)),
            resource(parts, f"{path}/functions", get=Verb(functions)),
            resource(parts, f"{path}/parseExpression", post=Verb(parse, body=True)),
        ]

    def _context(self, row: JobRow) -> str:
        return f"{self.jobs.context}('{row.id}')/schema"

    def _schema(self, asked: Asked) -> Schema:
        return layers.job_schema(self.jobs.row(asked).settings)

    def shown(self, asked: Asked) -> Answer:
        """GET …/schema."""
        row = self.jobs.row(asked)
        control, said, form = self.jobs.api.parts.control, asked.request.query_params, asked.form
        more: Json = {}
        if form.wants(NOTE):
            type_, attribute = said.get("ropeway-type"), said.get("ropeway-attribute")
            more[f"@{NOTE}"] = control.schema(row.id, type_=type_, attribute=attribute)
        if form.wants(TEXT_NOTE):
            written = said.get("ropeway-form", "yaml")
            if written not in ("yaml", "json"):
                raise unreadable("ropeway-form", "It is yaml or json")
            more[f"@{TEXT_NOTE}"] = control.export_schema(row.id, form=written)
        applied = form.applied("odata.include-annotations") if more else {}
        told = {"id": self._document(row)["id"]} if asked.options.select == ("id",) else self._value(row)
        return replace(one(self._context(row), told | more), headers=applied | self._tag(row))

    def _value(self, row: JobRow) -> Json:
        return schema_value(self._document(row), row.settings.source.kind)

    def _document(self, row: JobRow) -> Json:
        """As Ropeway writes it, even one that an upgrade has left unfit."""
        return layers.exported(layers.of_job(row.settings).document, row.id, self._revision(row))

    def _revision(self, row: JobRow) -> int:
        with self.jobs.api.parts.database.read() as c:
            return schemas.record(c, row.number).revision

    def _tag(self, row: JobRow) -> dict[str, str]:
        """For If-Match."""
        return {"ETag": f'"{self._revision(row)}"'}

    def _seen(self, asked: Asked, row: JobRow) -> int | None:
        """The revision that the change is about; RopewayError where it is another one by now."""
        if asked.revision is None:
            return None
        now = self._revision(row)
        if asked.revision != str(now):
            details = {"seen": shown(asked.revision), "found": str(now)}
            raise RopewayError(Problem("schema-changed-meanwhile", object=row.name, details=details))
        return now

    def put(self, asked: Asked) -> Answer:
        """The schema as it is given, in place of the present one. One that was read before a change is refused."""
        row = self.jobs.row(asked)
        return self._change(asked, row, _object(asked), self._value(row))

    def patch(self, asked: Asked) -> Answer:
        """The parts that are given, each as a whole; the others stay."""
        row = self.jobs.row(asked)
        now = self._value(row)
        return self._change(asked, row, now | _object(asked), now)

    def _change(self, asked: Asked, row: JobRow, wanted: Json, now: Json) -> Answer:
        seen = self._seen(asked, row)
        document = own_schema({"id": now["id"], **wanted}, now)
        self._make(asked, row, SchemaChange(text=msgspec.json.encode(document).decode()), seen)

        def present() -> Json:
            return self._value(self._again(row))

        applied = asked.form.applied("return")
        return replace(changed(self._context(row), present), headers=applied | self._tag(row))

    def _make(self, asked: Asked, row: JobRow, change: SchemaChange, seen: int | None) -> None:
        api = self.jobs.api
        api.call(asked.who, "change_schema", SchemaView, job=row.id, change=change, revision=seen)

    def _again(self, row: JobRow) -> JobRow:
        with self.jobs.api.parts.database.read() as c:
            return jobs.find(c, self.jobs.api.parts.tenant, row.id)

    def reset(self, asked: Asked) -> Answer:
        """Back to the template's schema; nothing to do where it is that already."""
        row = self.jobs.row(asked)
        seen = self._seen(asked, row)
        if row.settings.schema is not None or row.settings.edits:
            self._make(asked, row, SchemaChange(), seen)
        return replace(nothing(), headers=self._tag(row))

    def discover(self, asked: Asked) -> Answer:
        """What the source's own schema says now; the target is Ropeway's, and what it has is known."""
        row = self.jobs.row(asked)
        shown = _directory(layers.job_schema(row.settings), asked.key("directory"))
        if shown["discoverabilities"] != "None":
            if (accepted := self.jobs.api.later(asked, "describe_source", job=row.id)) is not None:
                return accepted
            found = self.jobs.api.call(asked.who, "describe_source", DirectoryDefinition, job=row.id)
            shown = discovered(shown, found, asked.parts.clock())
        return one(f"{self._context(row)}/directories", shown)


def schema_value(document: Json, kind: str) -> Json:
    """A schema as Graph tells it, with its directories; mappings that are the same as another are written out."""
    schema = load_schema(document, kind)
    told = to_graph(schema)
    for rule, as_written in zip(told["synchronizationRules"], decoded(document).synchronization_rules, strict=True):
        for mapping, own in zip(rule["objectMappings"], as_written.object_mappings, strict=True):
            if own.same_as:
                mapping[f"{ANNOTATION}sameAs"] = own.same_as
    return told | {"directories": directories(schema)}


def _directory(schema: Schema, id_: str) -> Json:
    found = next((one for one in directories(schema) if id_ in (one["id"], one["name"])), None)
    if found is None:
        raise resource_unknown(id_)
    return found


def _object(asked: Asked) -> Json:
    body = without_annotations(asked.body)
    if not isinstance(body, dict) or not body:
        raise body_invalid("the body", "it is a synchronizationSchema")
    return body  # pyright: ignore[reportUnknownVariableType]
