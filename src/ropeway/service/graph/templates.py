"""`…/synchronization/templates`: what jobs are made from, below service principals and applications alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute

from ropeway.model.job import SourceKind
from ropeway.model.templates import TEMPLATES
from ropeway.rules.loading import default_document, default_schema
from ropeway.rules.schema import Schema
from ropeway.service.graph.api import Api
from ropeway.service.graph.jobs import ROOT
from ropeway.service.graph.schemas import Schemas, schema_value
from ropeway.service.odata.answers import Answer, many, one
from ropeway.service.odata.options import LIST, ONE
from ropeway.service.odata.paging import page_of
from ropeway.service.odata.refusals import resource_unknown
from ropeway.service.odata.resource import Asked, Verb, resource

APPLICATION = "/v1.0/applications/{principal}/synchronization"
DESCRIPTIONS: dict[SourceKind, str] = {
    "active-directory": "Users, groups, contacts and devices of an Active Directory domain, read by its agents.",
    "uploads": "People of any system of record, which a client uploads as SCIM bulk requests.",
    "ldif": "The same, from an LDIF export of a domain that the service can read as a file.",
}


@dataclass(frozen=True, slots=True)
class Templates:
    """Templates as a resource; they come with Ropeway and are not changed, a job's own schema is."""

    api: Api
    schemas: Schemas

    def routes(self) -> Sequence[BaseRoute]:
        """The list, one, its schema, and the words that is written in."""
        found: list[BaseRoute] = []
        for root in (ROOT, APPLICATION):
            single = f"{root}/templates/{{template}}"
            found += [
                resource(self.api.parts, f"{root}/templates", get=Verb(self.listed, LIST)),
                resource(self.api.parts, single, get=Verb(self.shown, ONE)),
                resource(self.api.parts, f"{single}/schema", get=Verb(self.schema, ONE)),
                *self.schemas.words(f"{single}/schema", self._schema, self._schema_context),
            ]
        return found

    def _context(self, asked: Asked) -> str:
        kind = asked.request.url.path.split("/")[2].partition("(")[0]
        return f"{kind}('{asked.key('principal')}')/synchronization/templates"

    def _schema_context(self, asked: Asked) -> str:
        return f"{self._context(asked)}('{asked.key('template')}')/schema"

    def _kind(self, asked: Asked) -> SourceKind:
        self.api.check_principal(asked.key("principal"))
        kind = TEMPLATES.get(asked.key("template"))
        if kind is None:
            raise resource_unknown(asked.key("template"))
        return kind

    def _schema(self, asked: Asked) -> Schema:
        return default_schema(self._kind(asked))

    def listed(self, asked: Asked) -> Answer:
        """GET …/templates."""
        self.api.check_principal(asked.key("principal"))
        items = [self._value(template) for template in TEMPLATES]
        return many(self._context(asked), page_of(items, asked.options, asked.page_size))

    def shown(self, asked: Asked) -> Answer:
        """GET …/templates/{id}."""
        self._kind(asked)
        return one(self._context(asked), self._value(asked.key("template")))

    def schema(self, asked: Asked) -> Answer:
        """GET …/templates/{id}/schema."""
        kind = self._kind(asked)
        return one(self._schema_context(asked), schema_value(default_document(kind), kind))

    def _value(self, template: str) -> dict[str, Any]:
        kind = TEMPLATES[template]
        needs = str(kind == "active-directory")
        return {
            "id": template,
            "applicationId": self.api.ids.application,
            "default": kind == "active-directory",
            "description": DESCRIPTIONS[kind],
            "discoverable": True,
            "factoryTag": template,
            "metadata": [
                {"key": "IsSynchronizationAgentRequired", "value": needs},
                {"key": "IsSynchronizationAgentAssignmentRequired", "value": needs},
            ],
        }
