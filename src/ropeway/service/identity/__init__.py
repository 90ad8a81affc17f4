"""Sign-in: OAuth 2.0 and OpenID Connect as Entra ID speaks them (graph-scim.md D), on Authlib and joserfc.

identity   a tenant's sign-in
callers    whom a token stands for
routes     where it answers; discovery: what clients read first
server     Authlib's server: tokens given, given again, and ended; requests: what it is asked, forms: as it came
by_…       the grants: by_itself, by_password, by_code, by_device, by_refresh
clients    who asks; scopes: what for; redirects: where people are sent back to
passwords  whether somebody is who they say, with lock-out; second_factors: codes of authenticator apps
tokens     what a person's sign-in gives an application; recording: the sign-in log
unheard    refresh tokens of which the database did not say whether it took them
issuer     signs tokens and knows them again; keys: with which keys
errors     refusals with AADSTS numbers
pages/     where people sign in at a browser
"""

from ropeway.service.identity.identity import Identity
from ropeway.service.identity.routes import routes

__all__ = ["Identity", "routes"]
