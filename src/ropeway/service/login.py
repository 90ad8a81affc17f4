"""Signing in: the authority to trust, a link for a token, who is signed in, and signing out."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ropeway.control.views import iso
from ropeway.model.permissions import rule_of
from ropeway.model.prepared import prepared
from ropeway.model.problems import Problem, RopewayError
from ropeway.service import signing_in
from ropeway.service.http.auditing import name_act
from ropeway.service.http.errors import json_answer
from ropeway.service.parts import Parts
from ropeway.service.who import administrator
from ropeway.store import tenants, tokens
from ropeway.store.tokens import TokenRow

LARGEST = 4096
"""Bytes of a request to sign in."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in to Ropeway</title>
</head>
<body>
<main>
<h1>Sign in to Ropeway</h1>
<p>Where you work with the command line, type</p>
<pre>ropeway login</pre>
<p>and paste the whole link, as it was printed, when it asks for it. A link works once, within 24 hours.</p>
<p>Another one is made on the machine of the service: <code>ropeway login --new</code></p>
</main>
</body>
</html>
"""
"""For browsers; nothing of the link comes here, since it stands after `#`."""


TOKENS = rule_of("/login/tokens/{id}", "DELETE")
"""Who else than those with a link may see and end sign-ins by link."""


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    link: str


def routes(parts: Parts) -> list[BaseRoute]:
    """What this package answers."""

    def authority(_request: Request) -> Response:
        if not parts.authority:
            raise RopewayError(Problem("authority-of-others"))
        headers = {"content-disposition": 'attachment; filename="ropeway-ca.pem"'}
        return Response(parts.authority, headers=headers, media_type="application/x-pem-file")

    def page(_request: Request) -> Response:
        return Response(PAGE, media_type="text/html")

    async def login(request: Request) -> Response:
        text = await _link(request)
        return await run_in_threadpool(_redeem, parts, request, text)

    def logins(request: Request) -> Response:
        own = administrator(parts, request, rule=TOKENS, access="read").row
        with parts.database.read() as c:
            rows = tokens.good(c, parts.tenant, "administrator", parts.clock())
        return json_answer({"value": [_view(row) | {"current": row.id == own.id} for row in rows]})

    def revoke(request: Request) -> Response:
        administrator(parts, request, rule=TOKENS)
        _revoke(parts, request, "revoke_login", request.path_params["id"])
        return Response(status_code=204)

    def logout(request: Request) -> Response:
        _revoke(parts, request, "logout", administrator(parts, request).row.id)
        return Response(status_code=204)

    return [
        Route("/ca.pem", authority),
        Route("/login", page),
        Route("/login", login, methods=["POST"]),
        Route("/login/tokens", logins),
        Route("/login/tokens/{id}", revoke, methods=["DELETE"]),
        Route("/logout", logout, methods=["POST"]),
    ]


async def _link(request: Request) -> str:
    """The token of the link that somebody sent."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise RopewayError(Problem("request-too-large", details={"most": f"{LARGEST:,}"}))
    try:
        return msgspec.json.decode(body, type=prepared(_Asked)).link
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise RopewayError(Problem("login-link-unreadable", details={"reason": "The request has no link"})) from None


def _redeem(parts: Parts, request: Request, text: str) -> Response:
    token, row = signing_in.redeem(parts.database, parts.tenant, text, parts.clock())
    name_act(request, "login", f"{row.subject} ({row.id})", who=row.subject)
    with parts.database.read() as c:
        of = tenants.by_number(c, parts.tenant)
    return json_answer({"token": token.reveal()} | _view(row) | {"tenant": of.id, "tenant_name": of.name})


def _revoke(parts: Parts, request: Request, action: str, id_: str) -> None:
    name_act(request, action, id_)
    with parts.database.write() as c:
        gone = tokens.revoke_one(c, parts.tenant, "administrator", id_)
    if gone is None:
        raise RopewayError(Problem("login-unknown", value=id_[:40]))
    name_act(request, action, f"{gone.subject} ({gone.id})")


def _view(row: TokenRow) -> dict[str, Any]:
    return {"id": row.id, "name": row.subject, "created": iso(row.created), "expires": iso(row.expires)}
