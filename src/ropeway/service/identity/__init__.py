"""Sign-in: OAuth 2.0 and OpenID Connect as Entra ID speaks them (graph-scim.md D), on Authlib and joserfc.

identity   a tenant's sign-in
callers    whom a token stands for
routes     where it answers; discovery: what clients read first
server     Authlib's server, and the grants; clients: who asks; scopes: what for
issuer     signs tokens and knows them again; keys: with which keys
errors     refusals with AADSTS numbers
"""

from ropeway.service.identity.identity import Identity
from ropeway.service.identity.routes import routes

__all__ = ["Identity", "routes"]
