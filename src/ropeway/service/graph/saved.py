"""What is saved for jobs to come: Graph's secrets of the synchronization, as far as they are none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from ropeway.model.prepared import prepared
from ropeway.service.graph.api import Api
from ropeway.service.graph.job_settings import THRESHOLD, Given
from ropeway.service.odata.refusals import body_invalid, not_offered
from ropeway.store import secrets

MASK = "********"
"""What is shown instead of a value; sent back, it means the value that is saved."""

T = TypeVar("T")


class Domain(msgspec.Struct, frozen=True):
    """The value of the key Domain: `{"domain":"contoso.com"}`."""

    domain: str


class Notices(msgspec.Struct, frozen=True):
    """The value of the key SyncNotificationSettings."""

    enabled: bool = msgspec.field(name="Enabled", default=False)
    recipients: str = msgspec.field(name="Recipients", default="")
    threshold_enabled: bool = msgspec.field(name="DeleteThresholdEnabled", default=True)
    threshold: int = msgspec.field(name="DeleteThresholdValue", default=500)


class AppKey(msgspec.Struct, frozen=True):
    """The value of the key AppKey: which of Cloud Sync's two jobs of a domain is meant."""

    scenario: str = msgspec.field(name="appKeyScenario", default="AD2AADProvisioning")


KINDS: Mapping[str, type[msgspec.Struct]] = {"Domain": Domain, "SyncNotificationSettings": Notices, "AppKey": AppKey}
SILENT = 2**31 - 1
"""A threshold that nothing reaches."""


def checked(key: str, value: str) -> None:
    """RopewayError for a key that Ropeway has no use for, and for a value that cannot be read."""
    kind = KINDS.get(key)
    if kind is None:
        raise not_offered(
            key,
            "Credentials of a domain stay on its agents' machines, and nothing of them is taken here; "
            f"only {', '.join(KINDS)} are saved",
        )
    found = parsed(key, value, kind)
    if isinstance(found, Notices) and found.enabled and found.recipients:
        raise not_offered(
            "SyncNotificationSettings.Recipients",
            "Whom to tell is said in a file of the service, because it names the mail server, too: "
            "`ropeway job notify JOB --file FILE`",
        )


def parsed(key: str, value: str, kind: type[T]) -> T:
    """The JSON in a secret's text."""
    try:
        return msgspec.json.decode(value, type=prepared(kind))
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise body_invalid(f"secrets {key}", f"its value is JSON in a text: {error}") from None


def with_saved(api: Api, kind: str, said: Given) -> Given:
    """What is said of a job to be made, and where it is silent, what was saved."""
    with api.parts.database.read() as c:
        saved = secrets.every(c, api.parts.tenant)
    usual: dict[str, str] = {}
    if kind == "active-directory" and (text := saved.get("Domain")):
        usual["Domain"] = parsed("Domain", text, Domain).domain
    if text := saved.get("SyncNotificationSettings"):
        notices = parsed("SyncNotificationSettings", text, Notices)
        usual[THRESHOLD] = str(notices.threshold if notices.threshold_enabled else SILENT)
    return Given({**usual, **said.values})


def domain_of(credentials: Mapping[str, str]) -> str | None:
    """The domain that credentials name."""
    text = credentials.get("Domain")
    return parsed("Domain", text, Domain).domain if text else None


def shown(saved: Mapping[str, str]) -> list[dict[str, Any]]:
    """Saved keys, their values hidden."""
    return [{"key": key, "value": MASK} for key in saved]
