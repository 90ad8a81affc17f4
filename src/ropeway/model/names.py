"""Distinguished names as text (RFC 4514): taken apart without being understood."""

from __future__ import annotations

from functools import lru_cache


def split_dn(dn: str) -> list[str]:
    """The relative names of a DN, from the leaf up; escaped commas do not separate."""
    parts: list[str] = []
    start = at = 0
    while at < len(dn):
        if dn[at] == "\\":
            at += 2
            continue
        if dn[at] == ",":
            parts.append(dn[start:at].strip())
            start = at + 1
        at += 1
    parts.append(dn[start:].strip())
    return parts


def relative_name(dn: str) -> str:
    """The first relative name of a DN."""
    comma = dn.find(",")
    if comma < 0:
        return dn
    return dn[:comma] if "\\" not in dn[:comma] else split_dn(dn)[0]


def domain_name(dn: str) -> str:
    """The DNS name that the DC components of a DN spell: `DC=contoso,DC=test` is contoso.test."""
    low = dn.lower()
    start = -1 if "\\" in dn or low.startswith("dc=") else low.find(",dc=")
    return _spelt(dn[start + 1 :]) if start >= 0 else _spelt.__wrapped__(dn)


@lru_cache(maxsize=1024)
def _spelt(dn: str) -> str:
    return ".".join(part[3:] for part in split_dn(dn) if part[:3].lower() == "dc=")
