"""`…/jobs/{id}/bulkUpload`: people of a system of record, as a SCIM bulk request (graph-scim.md B7)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import msgspec
from starlette.routing import BaseRoute

from ropeway.model.anchors import Anchor
from ropeway.model.templates import TEMPLATE_OF
from ropeway.service.graph.jobs import ROOT, Jobs
from ropeway.service.graph.objects.throttling import refusal
from ropeway.service.graph.scim_users import MANAGER, attributes_of
from ropeway.service.http.buckets import Bucket
from ropeway.service.odata.answers import Answer, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import ONE
from ropeway.service.odata.refusals import body_invalid, not_offered
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import uploads
from ropeway.store.jobs import JobRow
from ropeway.store.rows import Key
from ropeway.store.uploads import Upload

SCIM = "application/scim+json"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
MOST = 50
"""People in a request, as in Entra."""
CALLS, CALL_SECONDS = 40, 5.0
"""A tenant's requests in so many seconds, as published; each process counts for itself."""


class Operation(Body, frozen=True):
    """One of a bulk request (RFC 7644, 3.7); of its methods POST alone, which means: make or change."""

    method: str
    path: str
    bulk_id: str
    data: dict[str, Any]


class BulkRequest(Body, frozen=True):
    """The whole."""

    schemas: list[str]
    operations: list[Operation] = msgspec.field(name="Operations")
    fail_on_errors: int | None = None


@dataclass(frozen=True, slots=True)
class Uploading:
    """Bulk uploads to jobs that were made for them."""

    jobs: Jobs
    clock: Callable[[], float] = time.monotonic
    _calls: Bucket = field(default_factory=lambda: Bucket(CALLS, CALL_SECONDS))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def routes(self) -> Sequence[BaseRoute]:
        """One route."""
        upload = Verb(self.upload, body=True, act="bulk_upload", content=SCIM)
        return [
            resource(self.jobs.api.parts, f"{ROOT}/jobs/{{job}}/bulkUpload", get=Verb(self.shown, ONE), post=upload)
        ]

    def shown(self, asked: Asked) -> Answer:
        """The place where bulk requests go: it has nothing but an id."""
        row = self.jobs.row(asked)
        return one(f"{self.jobs.context}('{row.id}')/bulkUpload", {"id": row.id})

    def upload(self, asked: Asked) -> Answer:
        """202: taken down; the job makes people of it, and the provisioning log tells how that went."""
        self._charge(asked)
        row, parts = self.jobs.row(asked), asked.parts
        if row.settings.source.kind != "uploads":
            reason = (
                f"Bulk requests go to jobs that were made for them (template {TEMPLATE_OF['uploads']}); this one is of "
                f"{TEMPLATE_OF[row.settings.source.kind]} and reads its source itself"
            )
            raise not_offered("bulkUpload", reason)
        found = [
            _upload(row, place, operation) for place, operation in enumerate(_operations(asked.shaped(BulkRequest)))
        ]
        with parts.database.write() as c:
            uploads.add(c, Key(tenant=parts.tenant, job=row.number), found, parts.clock())
        self.jobs.ask(row.id)
        log = f"{parts.url}/v1.0/auditLogs/provisioning/?$filter=jobid%20eq%20'{row.id}'"
        return Answer(status=202, headers={"Location": log})

    def _charge(self, asked: Asked) -> None:
        """HTTP 429 with Retry-After beyond the calls that a tenant has."""
        with self._lock:
            wait = self._calls.take(1, self.clock())
        if wait:
            raise refusal(self.jobs.api, asked, wait, "BulkUploadLimitExceeded", "Tenant/Write")


def _operations(said: BulkRequest) -> list[Operation]:
    if BULK not in said.schemas:
        raise body_invalid("schemas", f"{BULK} is expected")
    if not 0 < len(said.operations) <= MOST:
        raise body_invalid("Operations", f"1 to {MOST} operations are expected")
    return said.operations


def _upload(row: JobRow, place: int, operation: Operation) -> Upload:
    where = f"Operations[{place}]"
    if (operation.method.upper(), operation.path.rstrip("/").lower()) != ("POST", "/users"):
        raise body_invalid(where, "POST to /Users is the only operation")
    said = attributes_of(operation.data, f"{where}.data")
    manager = said.get(MANAGER)
    return Upload(
        _anchor(row, said["externalId"]), said["externalId"], said, _anchor(row, manager) if manager else None
    )


def _anchor(row: JobRow, external_id: str) -> Anchor:
    """The same for the same person in the same job, always."""
    return Anchor(str(uuid5(UUID(row.id), external_id)))
