"""Where clients come from, as one address each, whatever kind of socket they came to."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send


class Addresses:
    """Around an application: a client of IPv4 has an address of IPv4, also where one socket takes both (`[::]`).

    There it would come as `::ffff:192.0.2.1` (RFC 4291 2.5.5.2), and all of IPv4 from one network of IPv6.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if client := scope.get("client"):
            scope["client"] = (plain(client[0]), client[1])
        await self._app(scope, receive, send)


def plain(address: str) -> str:
    """An address of IPv4 that is written as one of IPv6, as itself; any other text as it is."""
    try:
        mapped = IPv6Address(address).ipv4_mapped if ":" in address else None
    except ValueError:
        return address
    return str(mapped) if mapped else address


def both(network: str) -> list[str]:
    """A network, and the one of IPv6 as which a socket for both sees it."""
    found = ip_network(network)
    return [network] if found.version == 6 else [network, f"::ffff:{found.network_address}/{96 + found.prefixlen}"]
