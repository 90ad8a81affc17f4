"""Templates as answers, with the headers that keep a page what it is."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response

SCRIPT = "document.forms[0].submit()"
"""The only script: it presses the button of a page that there is no need to look at."""

PLAIN: dict[str, Any] = {"error": "", "account": "", "application": "", "username": "", "request_id": ""}


@cache
def _templates() -> Environment:
    loader = PackageLoader("ropeway.service.identity.pages", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _style() -> str:
    return _templates().get_template("style.css").render().strip()


def page(name: str, status: int = 200, *, goes_to: str = "", **told: Any) -> Response:
    """A page; `goes_to`: the origin outside to which its form may lead in the end."""
    ours = {"style": Markup(_style()), "script": Markup(SCRIPT)}  # noqa: S704 - our own file
    text = _templates().get_template(f"{name}.html").render(PLAIN | told | ours)
    policy = [
        "default-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        f"style-src 'sha256-{_digest(_style())}'",
        f"form-action 'self' {goes_to}".strip(),
        *([f"script-src 'sha256-{_digest(SCRIPT)}'"] if name == "send" else []),
    ]
    headers = {"Content-Security-Policy": "; ".join(policy), "X-Frame-Options": "DENY", "Cache-Control": "no-store"}
    return Response(text, status, headers, media_type="text/html")


def _digest(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()
