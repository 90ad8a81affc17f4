"""What an X.509 certificate says, in the words of .NET's X509Certificate2.

The library is imported by the first certificate: it is large, and most processes with rules never see one.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any
from warnings import filterwarnings

if TYPE_CHECKING:
    from cryptography import x509

MAX_CERTIFICATE = 65_536
"""Bytes; larger ones are no certificates here."""

_UPN = "1.3.6.1.4.1.311.20.2.3"
_SUBJECT_ALTERNATIVES, _ISSUER_ALTERNATIVES = "2.5.29.17", "2.5.29.18"
_MAIL = "1.2.840.113549.1.9.1"
_COMMON, _UNIT, _ORGANIZATION = "2.5.4.3", "2.5.4.11", "2.5.4.10"
_SHORT = {
    _COMMON: "CN",
    "2.5.4.6": "C",
    "0.9.2342.19200300.100.1.25": "DC",
    _MAIL: "E",
    "2.5.4.42": "G",
    "2.5.4.43": "I",
    "2.5.4.7": "L",
    _ORGANIZATION: "O",
    _UNIT: "OU",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.8": "S",
    "2.5.4.9": "STREET",
    "2.5.4.4": "SN",
    "2.5.4.12": "T",
}
"""The names that Windows writes before the parts of a subject."""


@cache
def unreadable() -> tuple[type[Exception], ...]:
    """What the library raises of bytes that are no certificate, some of it only when a part is looked at.

    The last one is of certificates that a later version of it will not read, where warnings are errors.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.utils import CryptographyDeprecationWarning

    # A certificate with a negative serial number is the affair of who issued it, not of who reads the log.
    filterwarnings("ignore", category=CryptographyDeprecationWarning)
    return (
        ValueError,
        TypeError,
        OverflowError,
        x509.InvalidVersion,
        x509.DuplicateExtension,
        UnsupportedAlgorithm,
        CryptographyDeprecationWarning,
    )


def certificate(raw: Any) -> x509.Certificate:
    """The certificate in DER, Base64 or PEM; one of `unreadable()` for anything else."""
    if isinstance(raw, str):
        raw = raw.encode("ascii")
    if not isinstance(raw, bytes) or not raw or len(raw) > MAX_CERTIFICATE:
        raise ValueError("no certificate")
    return _loaded(raw)


@lru_cache(maxsize=256)
def _loaded(raw: bytes) -> x509.Certificate:
    from cryptography import x509

    unreadable()
    if raw[0] == 0x30:
        return x509.load_der_x509_certificate(raw)
    text = b"".join(line for line in raw.splitlines() if not line.startswith(b"-----"))
    try:
        return x509.load_der_x509_certificate(b64decode(text, validate=True))
    except NotBase64:
        raise ValueError("no certificate") from None


def name_text(name: x509.Name) -> str:
    """A subject or issuer as Windows writes it: the last part first, `CN=www, O="Contoso, Ltd."`."""
    return ", ".join(" + ".join(map(_part, relative)) for relative in reversed(name.rdns))


def _part(part: x509.NameAttribute[Any]) -> str:
    value = part.value if isinstance(part.value, str) else f"#{part.value.hex().upper()}"
    if value != value.strip(" ") or any(char in value for char in ',+="\n<>#;') or not value:
        value = '"' + value.replace('"', '""') + '"'
    return f"{_SHORT.get(part.oid.dotted_string, f'OID.{part.oid.dotted_string}')}={value}"


def critical(found: x509.Certificate) -> list[str]:
    """The identifiers of the extensions that must be understood."""
    return [extension.oid.dotted_string for extension in found.extensions if extension.critical]


def key_parameters(found: x509.Certificate) -> bytes:
    """The parameters of the public key's algorithm, in DER; none where there are none."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    encoded = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    algorithm = next(_items(next(_items(encoded))[1]))[1]
    parts = list(_items(algorithm))
    return parts[1][0] if len(parts) > 1 else b""


def _items(der: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The elements of a DER sequence: each whole, and its content."""
    at = 0
    while at < len(der):
        length, start = der[at + 1], at + 2
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(der[at + 2 : start], "big")
        yield der[at : start + length], der[start : start + length]
        at = start + length


def _common_name(name: x509.Name) -> str:
    by_type = {part.oid.dotted_string: part.value for part in name if isinstance(part.value, str)}
    order = (_COMMON, _UNIT, _ORGANIZATION, _MAIL)
    return next((by_type[oid] for oid in order if oid in by_type), "")


def _alternatives(found: x509.Certificate, of_issuer: bool) -> list[Any]:
    wanted = _ISSUER_ALTERNATIVES if of_issuer else _SUBJECT_ALTERNATIVES
    value: Any = next((one.value for one in found.extensions if one.oid.dotted_string == wanted), ())
    return list(value)


def name_info(found: x509.Certificate, kind: str, of_issuer: bool) -> str:
    """One of a certificate's names (X509NameType); "" where it has none. `KeyError` for a kind that is none."""
    from cryptography import x509

    name = found.issuer if of_issuer else found.subject
    others = _alternatives(found, of_issuer)
    dns = [one.value for one in others if isinstance(one, x509.DNSName)]
    if kind == "SimpleName":
        return _common_name(name) or next(iter(dns), "")
    mails = [one.value for one in others if isinstance(one, x509.RFC822Name)]
    mails += [str(part.value) for part in name if part.oid.dotted_string == _MAIL]
    common = [str(part.value) for part in name if part.oid.dotted_string == _COMMON]
    values = {
        "EmailName": mails,
        "UpnName": [
            _text(one.value) for one in others if isinstance(one, x509.OtherName) and one.type_id.dotted_string == _UPN
        ],
        "DnsName": dns + common,
        "DnsFromAlternativeName": dns,
        "UrlName": [one.value for one in others if isinstance(one, x509.UniformResourceIdentifier)],
    }[kind]
    return next(iter(values), "")


def _text(der: bytes) -> str:
    return next(_items(der))[1].decode("utf-8", "replace") if len(der) > 1 else ""
