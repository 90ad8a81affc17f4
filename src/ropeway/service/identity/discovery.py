"""What clients read before they ask for a token: OpenID configuration, keys, instances, realms (graph-scim.md D1)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ropeway.service.identity.issuer import Issuer

_CLAIMS = ("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "preferred_username", "name", "oid", "tid", "ver")


def configuration(issuer: Issuer, segment: str) -> dict[str, Any]:
    """The OpenID configuration of a tenant, by whichever name it was asked for."""
    here = f"{issuer.url}/{segment}"
    host = urlsplit(issuer.url).netloc
    return {
        "issuer": issuer.name,
        "token_endpoint": f"{issuer.url}/{issuer.tenant}/oauth2/v2.0/token",
        "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{here}/oauth2/v2.0/devicecode",
        "revocation_endpoint": f"{here}/oauth2/v2.0/revoke",
        "userinfo_endpoint": f"{issuer.url}/oidc/userinfo",
        "end_session_endpoint": f"{here}/oauth2/v2.0/logout",
        "authorization_response_iss_parameter_supported": True,
        "code_challenge_methods_supported": ["S256"],
        "jwks_uri": f"{issuer.url}/{issuer.tenant}/discovery/v2.0/keys",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": _CLAIMS,
        "request_uri_parameter_supported": False,
        "cloud_instance_name": host,
        "msgraph_host": host,
    }


def instance(issuer: Issuer, asked: str) -> dict[str, Any] | None:
    """The instance that an authorization endpoint belongs to: there is one, this service; None for others."""
    host = urlsplit(issuer.url).netloc
    try:
        if asked and urlsplit(asked).hostname != urlsplit(issuer.url).hostname:
            return None
    except ValueError:  # no address at all
        return None
    name = urlsplit(issuer.url).hostname or host
    aliases = sorted({host, name})
    return {
        "tenant_discovery_endpoint": f"{issuer.url}/{issuer.tenant}/v2.0/.well-known/openid-configuration",
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": name, "aliases": aliases}],
    }


def realm(user: str, managed: bool) -> dict[str, Any]:
    """Whether a person's domain is one of ours, for sign-in by name and password."""
    domain = user.rpartition("@")[2].lower()
    if not managed:
        return {"ver": "1.0", "account_type": "Unknown"}
    told = {"ver": "1.0", "account_type": "Managed", "domain_name": domain}
    return told | {"cloud_instance_name": "ropeway", "cloud_audience_urn": "urn:federation:MicrosoftOnline"}
