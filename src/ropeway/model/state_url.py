"""The address of a state, as it may be shown."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

_SHOWN = frozenset({"host", "hostaddr", "port", "service"})
"""Parameters of libpq that say where; whatever else is behind the question mark may be a secret."""


def place_of(url: str) -> str:
    """The file of a state, or its server's address, port and database: never a password; "" for what is no address."""
    if url.startswith("sqlite:///"):
        return url.removeprefix("sqlite:///")
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    user, at, host = parts.netloc.rpartition("@")
    where = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name in _SHOWN], safe="/")
    server = f"{parts.scheme}://" if parts.scheme else ""
    return f"{server}{user.partition(':')[0]}{at}{host}{parts.path}{'?' if where else ''}{where}"
