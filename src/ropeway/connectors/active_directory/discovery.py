"""Which controllers there are: named by the administrator, or by DNS SRV records, those of one's own site first."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from ropeway.connectors.active_directory import site
from ropeway.connectors.active_directory.settings import Settings
from ropeway.model.problems import Problem, RopewayError

PORTS = {"ldaps": 636, "starttls": 389, "gssapi": 389, "plain": 389}


@dataclass(frozen=True, slots=True)
class Controller:
    """A domain controller: the name its certificate and its Kerberos service bear, and where it answers."""

    host: str
    port: int
    address: str | None = None
    """Where to connect when the system's own name look-up is not to be used."""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def controllers(settings: Settings) -> tuple[Controller, ...]:
    """The controllers in the order to try them; RopewayError `controllers-not-found` where there are none."""
    port = PORTS[settings.security]
    if settings.servers:
        named = [_parted(server, port) for server in settings.servers]
    else:
        named = [(host, port) for host in _by_srv(settings)]
    return tuple(Controller(host, at, _address(host, settings)) for host, at in named)


def _parted(server: str, port: int) -> tuple[str, int]:
    text = server.strip()
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        number = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, number = text.partition(":")
    else:
        host, number = text, ""
    if not host or (number and not (number.isascii() and number.isdigit() and 0 < int(number) < 65536)):
        reason = f"“{text}” is no host or host:port."
        raise RopewayError(
            Problem("source-settings-invalid", object="source.settings.servers", details={"reason": reason})
        )
    return host, int(number) if number else port


def _resolver(settings: Settings) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=settings.nameserver is None)
    if settings.nameserver:
        host, port = _parted(settings.nameserver, 53)
        resolver.nameservers = [host]
        resolver.port = port
    resolver.lifetime = min(settings.timeout, 10.0)
    return resolver


def _by_srv(settings: Settings) -> list[str]:
    """All controllers of the domain, those of this machine's site before the others ([MS-ADTS] 6.3.2.3, 6.3.6)."""
    try:
        found = _ldap_hosts(settings, ())
    except (dns.exception.DNSException, OSError, UnicodeError) as error:
        details = {"name": f"_ldap._tcp.dc._msdcs.{settings.domain}", "reason": str(error).rstrip(".")}
        raise RopewayError(Problem("controllers-not-found", object=settings.domain, details=details)) from None
    if len(found) == 1:
        return found
    return list(dict.fromkeys((*_of_my_site(found, settings), *found)))


def _of_my_site(hosts: list[str], settings: Settings) -> list[str]:
    """Controllers that serve the site of this machine; none where it cannot be told, or DNS does not know the site."""
    addresses = [found for host in hosts[: site.ASKED] for found in _addresses(host, settings)]
    mine = site.client_site(addresses, settings.domain.rstrip("."))
    try:
        return _ldap_hosts(settings, (mine.encode(), b"_sites")) if mine else []
    except (dns.exception.DNSException, OSError):
        return []


def _ldap_hosts(settings: Settings, place: tuple[bytes, ...]) -> list[str]:
    """Hosts of the SRV records `_ldap._tcp.<place>.dc._msdcs.<domain>`, in the order to try them."""
    domain = dns.name.from_text(f"dc._msdcs.{settings.domain.rstrip('.')}.")
    name = dns.name.Name((b"_ldap", b"_tcp", *place)).concatenate(domain)
    answer = _resolver(settings).resolve(name, dns.rdatatype.SRV)
    records = sorted((r.priority, -r.weight, r.target.to_text(omit_final_dot=True)) for r in answer)
    return [host for _, _, host in records]


def _addresses(host: str, settings: Settings) -> Iterator[str]:
    """Where a host answers, as far as is known."""
    known = _address(host, settings)
    if known is not None:
        yield known
    elif settings.nameserver is None:
        try:
            yield str(socket.getaddrinfo(host, site.PORT, type=socket.SOCK_DGRAM)[0][4][0])
        except OSError:
            return


def _address(host: str, settings: Settings) -> str | None:
    if settings.nameserver is None or _is_address(host):
        return None
    for kind in (dns.rdatatype.A, dns.rdatatype.AAAA):
        try:
            return next(iter(_resolver(settings).resolve(f"{host.rstrip('.')}.", kind))).to_text()
        except (dns.exception.DNSException, OSError):
            continue
    return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
