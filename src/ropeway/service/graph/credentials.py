"""Credentials: validateCredentials, secrets, acquireAccessToken. Those of a domain are on its agents' machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute

from ropeway.model.definition import DirectoryDefinition
from ropeway.model.job import SourceSettings
from ropeway.model.templates import TEMPLATES
from ropeway.service.graph import saved
from ropeway.service.graph.jobs import ROOT, Jobs
from ropeway.service.odata.answers import Answer, many, nothing, one
from ropeway.service.odata.bodies import Body
from ropeway.service.odata.options import ONE
from ropeway.service.odata.paging import Page
from ropeway.service.odata.refusals import body_invalid, not_offered
from ropeway.service.odata.resource import Asked, Verb, resource
from ropeway.store import secrets

NO_OAUTH = (
    "No job here signs in to its source or target by OAuth, so there is no token to get. A domain is read by agents, "
    "with credentials that are on their machines: save which one it is with PUT …/synchronization/secrets, key Domain, "
    "and try it with POST …/synchronization/jobs/validateCredentials"
)


class SecretPair(Body, frozen=True):
    """Graph's synchronizationSecretKeyStringValuePair."""

    key: str
    value: str | None = None


class SecretsBody(Body, frozen=True):
    """All secrets, in place of those that were saved."""

    value: list[SecretPair]


class ValidateBody(Body, frozen=True):
    """What validateCredentials is asked; the other parameters of Graph say nothing here."""

    application_identifier: str | None = None
    template_id: str | None = None
    use_saved_credentials: bool | None = None
    credentials: list[SecretPair] | None = None


class AcquireBody(Body, frozen=True):
    """What acquireAccessToken is asked."""

    credentials: list[SecretPair] | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """Credentials as resources."""

    jobs: Jobs

    def routes(self) -> Sequence[BaseRoute]:
        """The synchronization itself, and what belongs to all its jobs."""
        parts = self.jobs.api.parts
        acquire = Verb(self.acquire_access_token, body=True, act="acquire_access_token")
        held = {
            "get": Verb(self.secrets, frozenset()),
            "put": Verb(self.put_secrets, body=True, act="change_secrets"),
        }
        return [
            resource(parts, ROOT, get=Verb(self.synchronization, ONE)),
            resource(parts, f"{ROOT}/secrets", **held),
            resource(parts, f"{ROOT}/acquireAccessToken", post=acquire),
            resource(parts, f"{ROOT}/jobs/validateCredentials", post=Verb(self.validate, body=True)),
            resource(parts, f"{ROOT}/jobs/{{job}}/validateCredentials", post=Verb(self.validate_job, body=True)),
        ]

    def _saved(self, asked: Asked) -> dict[str, str]:
        self.jobs.api.check_principal(asked.key("principal"))
        with asked.parts.database.read() as c:
            return secrets.every(c, asked.parts.tenant)

    def synchronization(self, asked: Asked) -> Answer:
        """GET …/synchronization."""
        id_ = self.jobs.api.ids.service_principal
        value: dict[str, Any] = {"id": id_, "secrets": saved.shown(self._saved(asked))}
        return one(f"servicePrincipals('{id_}')/synchronization", value)

    def secrets(self, asked: Asked) -> Answer:
        """What is saved, hidden."""
        found = saved.shown(self._saved(asked))
        return many("Collection(microsoft.graph.synchronizationSecretKeyStringValuePair)", Page(found))

    def put_secrets(self, asked: Asked) -> Answer:
        """Save these and forget others; one that is sent back as it was shown stays."""
        before = self._saved(asked)
        after: dict[str, str] = {}
        for pair in asked.shaped(SecretsBody).value:
            if pair.value is None:
                continue
            if pair.value == saved.MASK and pair.key in before:
                after[pair.key] = before[pair.key]
                continue
            saved.checked(pair.key, pair.value)
            after[pair.key] = pair.value
        with asked.parts.database.write() as c:
            secrets.replace(c, asked.parts.tenant, after, asked.parts.clock())
        return nothing()

    def acquire_access_token(self, asked: Asked) -> Answer:
        """Refused with the reason: no source or target here is signed in to by OAuth."""
        self.jobs.api.check_principal(asked.key("principal"))
        asked.shaped(AcquireBody)
        raise not_offered("acquireAccessToken", NO_OAUTH)

    def validate(self, asked: Asked) -> Answer:
        """Whether a domain can be read, by its agents, before there is a job."""
        before, body = self._saved(asked), asked.shaped(ValidateBody)
        kind = TEMPLATES.get(body.template_id or "AD2AADProvisioning")
        if kind is None:
            raise body_invalid("templateId", f"there is no template '{body.template_id}'")
        if kind != "active-directory":
            raise not_offered("validateCredentials", "Only domains are read with credentials")
        domain = saved.domain_of(self._credentials(body, before))
        if not domain:
            raise body_invalid(
                "credentials", 'say which domain: the key Domain with the value {"domain":"contoso.com"}'
            )
        source = SourceSettings(kind, {"domain": domain}, "agents")
        self.jobs.api.call(asked.who, "describe_source", DirectoryDefinition, source=source)
        return nothing()

    def validate_job(self, asked: Asked) -> Answer:
        """Whether the source of a job can be read with what it, or its agents, have now."""
        row = self.jobs.row(asked)
        body = asked.shaped(ValidateBody) if asked.body is not None else ValidateBody()
        domain = saved.domain_of(self._credentials(body, {}))
        if domain and domain.lower() != str(row.settings.source.settings.get("domain", "")).lower():
            raise body_invalid("credentials", f"the job does not read {domain}")
        if (accepted := self.jobs.api.later(asked, "describe_source", job=row.id)) is not None:
            return accepted
        self.jobs.api.call(asked.who, "describe_source", DirectoryDefinition, job=row.id)
        return nothing()

    def _credentials(self, body: ValidateBody, before: dict[str, str]) -> dict[str, str]:
        given = {pair.key: pair.value for pair in body.credentials or () if pair.value is not None}
        for key, value in given.items():
            saved.checked(key, value)
        return given if given and not body.use_saved_credentials else {**before, **given}
