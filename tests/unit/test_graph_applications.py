"""Applications by the API, as administrators' scripts make them, with secrets, certificates and grants."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from ropeway.model.permissions import GLOBAL, HYBRID
from tests.unit.sign_in_office import Office, claims, office, own_certificate
from tests.unit.test_graph_access import asked

__all__ = ["office"]

GRAPH = "00000003-0000-0000-c000-000000000000"
SCOPES = ("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All")


@pytest.fixture
def boss(office: Office) -> str:
    """A token of a Global Administrator."""
    return office.token_for(office.person("boss", GLOBAL), *SCOPES, "AuditLog.Read.All")


def done(office: Office, token: str, method: str, path: str, body: Any = None) -> Any:
    status, told = asked(office, token, method, f"/v1.0/{path}", body)
    assert status in (200, 201, 204), (status, told)
    return told


def graph_of(office: Office, token: str) -> dict[str, Any]:
    (found,) = done(office, token, "GET", f"servicePrincipals?$filter=appId eq '{GRAPH}'")["value"]
    return found


def test_a_script_makes_an_application_that_signs_in_and_reads(office: Office, boss: str) -> None:
    body = {"@odata.type": "#microsoft.graph.application", "displayName": "Reader", "signInAudience": "AzureADMyOrg"}
    made = done(office, boss, "POST", "applications", body)
    principal = done(office, boss, "POST", "servicePrincipals", {"appId": made["appId"]})
    password = {"passwordCredential": {"displayName": "first", "endDateTime": "2099-01-01T00:00:00Z"}}
    secret = done(office, boss, "POST", f"applications/{made['id']}/addPassword", password)
    assert secret["secretText"].startswith(secret["hint"])
    shown = done(office, boss, "GET", f"applications(appId='{made['appId']}')")
    assert [one["keyId"] for one in shown["passwordCredentials"]] == [secret["keyId"]]
    assert secret["secretText"] not in str(shown), "it is shown once"
    graph = graph_of(office, boss)
    role = next(one for one in graph["appRoles"] if one["value"] == "Group.Read.All")
    grant = {"principalId": principal["id"], "resourceId": graph["id"], "appRoleId": role["id"]}
    path = f"servicePrincipals/{principal['id']}/appRoleAssignments"
    given = done(office, boss, "POST", path, grant)
    assert asked(office, boss, "POST", f"/v1.0/{path}", grant)[0] == 400, "it has it already"
    form = {"grant_type": "client_credentials", "client_id": made["appId"], "client_secret": secret["secretText"]}
    form["scope"] = "https://graph.microsoft.com/.default"
    token = office.post(**form).json()["access_token"]
    assert claims(token)["roles"] == ["Group.Read.All"]
    assert (office.status(token, "/v1.0/groups"), office.status(token, "/v1.0/users")) == (200, 403)
    assert done(office, boss, "GET", path)["value"] == [{k: v for k, v in given.items() if k != "@odata.context"}]
    assert len(done(office, boss, "GET", f"servicePrincipals/{graph['id']}/appRoleAssignedTo")["value"]) == 1
    done(office, boss, "DELETE", f"{path}/{given['id']}")
    assert claims(office.post(**form).json()["access_token"])["roles"] == []
    done(office, boss, "POST", f"applications/{made['id']}/removePassword", {"keyId": secret["keyId"]})
    assert office.refused(**form)[2] == 7000215
    done(office, boss, "DELETE", f"applications/{made['id']}")
    assert asked(office, boss, "GET", f"/v1.0/applications/{made['id']}")[0] == 404
    acts = done(office, boss, "GET", "auditLogs/directoryAudits")["value"]
    names = {act["activityDisplayName"] for act in acts}
    assert names >= {"create_application", "add_secret", "drop_credential", "grant_permission", "remove_application"}
    assert secret["secretText"] not in str(acts)


def test_a_disabled_one_signs_in_no_more_until_it_is_enabled(office: Office, boss: str) -> None:
    app, secret = office.application("Reports", "Group.Read.All")
    token, path = office.token(app, secret), f"servicePrincipals/{app.service_principal}"
    done(office, boss, "PATCH", path, {"accountEnabled": False})
    assert office.status(token, "/v1.0/groups") == 401, "at once"
    done(office, boss, "PATCH", path, {"accountEnabled": True})
    assert office.status(token, "/v1.0/groups") == 200
    done(office, boss, "DELETE", path)
    assert office.status(token, "/v1.0/groups") == 401
    assert office.control.application("Reports").permissions == ()
    done(office, boss, "POST", "servicePrincipals", {"appId": app.app_id})
    assert office.status(office.token(app, secret), "/v1.0/groups") == 403, "it has to be granted anew"


def test_certificates_and_redirects_are_changed_as_a_whole(office: Office, boss: str, tmp_path: Path) -> None:
    first, second = (own_certificate(tmp_path, name)[2] for name in ("first", "second"))
    der = [b64encode(one.public_bytes(serialization.Encoding.DER)).decode() for one in (first, second)]
    kind = {"type": "AsymmetricX509Cert", "usage": "Verify"}
    web = {"displayName": "Web", "web": {"redirectUris": ["https://web.test/a"]}}
    made = done(office, boss, "POST", "applications", web | {"keyCredentials": [{**kind, "key": der[0]}]})
    path = f"applications/{made['id']}"
    (old,) = made["keyCredentials"]
    keys = [{"keyId": old["keyId"], **kind}, {**kind, "key": der[1], "displayName": "second"}]
    done(office, boss, "PATCH", path, {"keyCredentials": keys, "displayName": "Wide"})
    now = done(office, boss, "GET", path)
    assert (now["displayName"], len(now["keyCredentials"])) == ("Wide", 2)
    assert asked(office, boss, "PATCH", f"/v1.0/{path}", {"keyCredentials": [{**kind, "key": "AAAA"}]})[0] == 400
    assert done(office, boss, "GET", path)["keyCredentials"] == now["keyCredentials"], "nobody is locked out"
    done(office, boss, "PATCH", path, {"keyCredentials": [], "web": {"redirectUris": ["https://web.test/b"]}})
    now = done(office, boss, "GET", path)
    assert (now["keyCredentials"], now["web"]["redirectUris"]) == ([], ["https://web.test/b"])
    spa = {"displayName": "Page", "spa": {"redirectUris": ["https://page.test/"]}}
    assert done(office, boss, "POST", "applications", spa)["spa"] == spa["spa"]
    for bad in (
        {"displayName": ""}, {"displayName": "Wide"}, {"displayName": "x", "signInAudience": "AzureADMultipleOrgs"},
        {"displayName": "x", "web": {"redirectUris": ["http://evil.test"]}}, {"displayName": "x", "nothing": 1},
        {"displayName": "x", "keyCredentials": [{**kind, "key": "%%%"}]}, spa | {"web": web["web"]},
        {"displayName": "x", "keyCredentials": [{**kind, "key": "AAAA"}]}, {"displayName": "x", "spa": 7}, {}, [],
    ):  # fmt: skip
        assert asked(office, boss, "POST", "/v1.0/applications", bad)[0] in (400, 409), bad
    assert asked(office, boss, "PATCH", f"/v1.0/{path}", {"isFallbackPublicClient": True})[0] == 400
    assert len(done(office, boss, "GET", "applications")["value"]) == 3, "nothing half-made is left"


def test_consent_is_given_changed_and_withdrawn(office: Office, boss: str) -> None:
    app = office.control.create_application("Desktop", public=True)
    graph = graph_of(office, boss)["id"]
    grant = {"clientId": app.service_principal, "resourceId": graph}
    everybody = grant | {"consentType": "AllPrincipals", "scope": "User.Read user.read.all"}
    made = done(office, boss, "POST", "oauth2PermissionGrants", everybody)
    assert made["scope"] == "User.Read User.Read.All"
    assert office.control.application("Desktop").delegated == ("User.Read", "User.Read.All")
    done(office, boss, "PATCH", f"oauth2PermissionGrants/{made['id']}", {"scope": "User.Read"})
    assert office.control.application("Desktop").delegated == ("User.Read",)
    anna = office.person("anna")
    hers = grant | {"consentType": "Principal", "principalId": anna, "scope": "Group.Read.All"}
    done(office, boss, "POST", "oauth2PermissionGrants", hers)
    path = f"servicePrincipals/{app.service_principal}/oauth2PermissionGrants"
    found = done(office, boss, "GET", path)["value"]
    assert {(one["consentType"], one["principalId"]) for one in found} == {("AllPrincipals", None), ("Principal", anna)}
    for bad in (hers | {"principalId": None}, everybody | {"scope": "Coffee"}, everybody | {"resourceId": anna}):
        assert asked(office, boss, "POST", "/v1.0/oauth2PermissionGrants", bad)[0] == 400, bad
    done(office, boss, "DELETE", f"oauth2PermissionGrants/{made['id']}")
    assert office.control.application("Desktop").delegated == ()


def test_only_who_may_grants(office: Office, boss: str) -> None:
    app, secret = office.application("Maker", "Application.ReadWrite.All")
    token = office.token(app, secret)
    hybrid = office.token_for(office.person("hy", HYBRID), *SCOPES)
    graph = graph_of(office, boss)
    role = next(one for one in graph["appRoles"] if one["value"] == "RoleManagement.ReadWrite.Directory")
    grant = {"principalId": app.service_principal, "resourceId": graph["id"], "appRoleId": role["id"]}
    path = f"/v1.0/servicePrincipals/{app.service_principal}/appRoleAssignments"
    assert asked(office, token, "POST", path, grant)[0] == 403, "nobody grants to themselves"
    assert asked(office, hybrid, "POST", path, grant)[0] == 403
    assert asked(office, hybrid, "POST", f"/v1.0/applications/{app.id}/addPassword", {})[0] == 403
    assert asked(office, token, "POST", "/v1.0/oauth2PermissionGrants", {})[0] == 403
    assert asked(office, token, "GET", path)[0] == 200
    own = f"/v1.0/servicePrincipals/{graph['id']}"
    assert asked(office, boss, "DELETE", own)[0] == 404, "what belongs to the service stays"
