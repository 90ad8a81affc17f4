"""What browsers and clients send: each field once, of a bounded size."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from starlette.requests import Request

LARGEST = 64 * 1024
"""Bytes of a form."""
MOST = 100
"""Fields."""


async def read_form(request: Request) -> dict[str, str] | None:
    """A form with each field once; None for what is none."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return None
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return None
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST, errors="strict")
    except ValueError:
        return None
    return single(pairs)


def single(pairs: Sequence[tuple[str, str]]) -> dict[str, str] | None:
    """Fields by name; None where one is there twice: nobody knows which is meant (RFC 6749 3.1).

    None also where there is a NUL in one, which no name of ours has and PostgreSQL does not take.
    """
    once = len({name for name, _ in pairs}) == len(pairs) <= MOST
    return dict(pairs) if once and not any("\0" in name + value for name, value in pairs) else None
