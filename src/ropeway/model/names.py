"""Distinguished names as text (RFC 4514): taken apart without being understood."""

from __future__ import annotations

from functools import lru_cache


def split_dn(dn: str) -> list[str]:
    """The relative names of a DN, from the leaf up; escaped commas do not separate."""
    if "\\" not in dn:
        return [part.strip() for part in dn.split(",")]
    parts: list[str] = []
    start = 0
    while (end := _separator(dn, start)) >= 0:
        parts.append(dn[start:end].strip())
        start = end + 1
    parts.append(dn[start:].strip())
    return parts


def _separator(dn: str, start: int) -> int:
    """Where the next comma is that no backslash escapes; -1 for none."""
    comma = dn.find(",", start)
    while comma > start:
        before = dn[start:comma]
        if (len(before) - len(before.rstrip("\\"))) % 2 == 0:
            break
        comma = dn.find(",", comma + 1)
    return comma


def relative_name(dn: str) -> str:
    """The first relative name of a DN."""
    comma = _separator(dn, 0)
    return dn if comma < 0 else dn[:comma]


def domain_name(dn: str) -> str:
    """The DNS name that the DC components of a DN spell: `DC=contoso,DC=test` is contoso.test."""
    low = dn.lower()
    start = -1 if "\\" in dn or low.startswith("dc=") else low.find(",dc=")
    return _spelt(dn[start + 1 :]) if start >= 0 else _spelt.__wrapped__(dn)


@lru_cache(maxsize=1024)
def _spelt(dn: str) -> str:
    return ".".join(part[3:] for part in split_dn(dn) if part[:3].lower() == "dc=")


def short_name(domain: str) -> str:
    """The NetBIOS name that a domain of that DNS name usually has: its first label."""
    return domain.partition(".")[0].upper()
