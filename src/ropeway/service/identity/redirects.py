"""Where a person may be sent back to: exactly what the application has here; programs on loopback choose their port."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from ropeway.store.applications import Application

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
LONGEST = 2000


def fits(app: Application, uri: str) -> bool:
    """Whether a redirect URI is one of the application's (RFC 9700 2.1; RFC 8252 7.3 for ports of loopback)."""
    if uri in app.redirects:
        return True
    if not app.public or not uri.startswith("http://") or len(uri) > LONGEST:
        return False
    if not uri.isascii() or not uri.isprintable() or set(uri) & set(' \\#?"<>'):
        return False
    try:
        asked = _without_port(urlsplit(uri))
    except ValueError:
        return False
    return asked is not None and asked in [_without_port(urlsplit(one)) for one in app.redirects]


def may_read(app: Application, origin_: str) -> bool:
    """Whether a page from there may read what the token endpoint answers to this application (MSAL.js)."""
    return app.public and origin_ != "" and origin_ in {origin(uri) for uri in app.redirects}


def origin(uri: str) -> str:
    """Scheme, host and port, as a content security policy names them."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def _without_port(parts: SplitResult) -> tuple[str, str] | None:
    """Host and path of an address of this machine; None for any other."""
    host = parts.netloc
    if parts.port is not None:
        host = host.removesuffix(f":{parts.port}")
    return (host, parts.path or "/") if parts.scheme == "http" and host in LOOPBACK and not parts.query else None
