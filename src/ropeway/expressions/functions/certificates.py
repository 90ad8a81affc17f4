"""Functions that read X.509 certificates: binary values in DER, or texts in Base64 (.NET, X509Certificate2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ropeway.expressions import x509
from ropeway.expressions.dialect import CONNECT
from ropeway.expressions.errors import ExpressionFailed
from ropeway.expressions.functions.function import Function, Parameter, Result, function, text
from ropeway.expressions.times import Moment
from ropeway.expressions.times.moment import moment
from ropeway.expressions.tree import Literal, Node

if TYPE_CHECKING:
    from cryptography import x509 as library

_CERTIFICATE = Parameter("certificate", "any", wants="binary")
_NAME_TYPES = ("SimpleName", "EmailName", "UpnName", "DnsName", "DnsFromAlternativeName", "UrlName")


def _of(name: str, doc: str, read: Callable[[library.Certificate], Any], result: Result = "text") -> Function:
    """A function of one certificate."""

    def call(value: Any) -> Any:
        return _read(value, name, read)

    return Function(name, (_CERTIFICATE,), call, doc, False, CONNECT, result)


def _read(value: Any, name: str, read: Callable[[library.Certificate], Any]) -> Any:
    try:
        return read(x509.certificate(value))
    except x509.unreadable():
        raise ExpressionFailed(name, "certificate", value, "not an X.509 certificate in DER or Base64") from None


def _thumbprint(found: library.Certificate) -> str:
    from cryptography.hazmat.primitives.hashes import SHA1

    return found.fingerprint(SHA1()).hex().upper()  # noqa: S303 - the name that Windows gives a certificate


def _key_algorithm(found: library.Certificate) -> str:
    return found.public_key_algorithm_oid.dotted_string


def _serial(found: library.Certificate) -> str:
    digits = f"{found.serial_number:X}"
    return digits if len(digits) % 2 == 0 else f"0{digits}"


def _time(when: datetime) -> Moment:
    return moment(when)


@function("IsCert", _CERTIFICATE, takes_null=True, dialects=CONNECT, result="truth")
def is_cert(value: Any) -> bool:
    """Whether a value is an X.509 certificate, in DER or Base64. `IsCert([userCertificate])` looks at every value."""
    try:
        x509.certificate(value)
    except x509.unreadable():
        return False
    return True


def _name_type(arguments: Sequence[Node]) -> tuple[int, str] | None:
    node = arguments[1]
    if isinstance(node, Literal) and node.value not in _NAME_TYPES:
        return 1, f"CertNameInfo, x509NameType: expected one of {', '.join(_NAME_TYPES)}"
    return None


@function(
    "CertNameInfo",
    _CERTIFICATE,
    text("x509NameType"),
    Parameter("includesIssuerName", "truth"),
    dialects=CONNECT,
    result="text",
    check=_name_type,
)
def cert_name_info(value: Any, kind: str, of_issuer: bool) -> str:
    """One of the names in a certificate: of its issuer if the last argument is True, else of its subject. "" if none.

    `CertNameInfo([userCertificate], "UpnName", False)`. The kinds are SimpleName, EmailName, UpnName, DnsName,
    DnsFromAlternativeName and UrlName (.NET, X509NameType).
    """
    if kind not in _NAME_TYPES:
        raise ExpressionFailed("CertNameInfo", "x509NameType", kind, f"expected one of {', '.join(_NAME_TYPES)}")
    return _read(value, "CertNameInfo", lambda found: x509.name_info(found, kind, of_issuer))


FUNCTIONS: tuple[Function, ...] = (
    is_cert,
    cert_name_info,
    _of("CertExtensionOids", "The identifiers of a certificate's critical extensions. "
        "`CertExtensionOids(Item([userCertificate], 1))` can give 2.5.29.15 and 2.5.29.19.",
        lambda found: x509.critical(found) or None, "texts"),
    _of("CertFormat", 'The name of a certificate\'s format, which is always "X509".', lambda _: "X509"),
    _of("CertFriendlyName", "The alias of a certificate. It is a property of Windows' certificate store and no part of "
        'the certificate, so that of a value from a directory it is always "".', lambda _: ""),
    _of("CertHashString", "The SHA-1 hash of a certificate, in hexadecimal digits. `CertHashString([userCertificate])` "
        "looks at every value.", _thumbprint),
    _of("CertThumbprint", "The SHA-1 hash of a certificate, in hexadecimal digits: what Windows calls its thumbprint.",
        _thumbprint),
    _of("CertIssuer", 'The name of who issued a certificate: "CN=Contoso CA, DC=contoso, DC=com".',
        lambda found: x509.name_text(found.issuer)),
    _of("CertIssuerDN", 'The distinguished name of who issued a certificate: "CN=Contoso CA, DC=contoso, DC=com".',
        lambda found: x509.name_text(found.issuer)),
    _of("CertIssuerOid", "The identifier of the issuer's name. A name in a certificate has none, so that it is always "
        "NULL, as in .NET (X500DistinguishedName.Oid).", lambda _: None),
    _of("CertKeyAlgorithm", 'The identifier of the algorithm of the public key: "1.2.840.113549.1.1.1" is RSA.',
        _key_algorithm),
    _of("CertKeyAlgorithmParams", "The parameters of the public key's algorithm, in hexadecimal digits (DER): "
        '"0500" for RSA.', lambda found: x509.key_parameters(found).hex().upper()),
    _of("CertNotAfter", "When a certificate ceases to be valid, UTC. "
        "`CertNotAfter(Item([userCertificate], 1)) > Now()`.",
        lambda found: _time(found.not_valid_after_utc), "time"),
    _of("CertNotBefore", "When a certificate begins to be valid, UTC. "
        "`CertNotBefore(Item([userCertificate], 1)) <= Now()`.",
        lambda found: _time(found.not_valid_before_utc), "time"),
    _of("CertPublicKeyOid", 'The identifier of the public key: "1.2.840.113549.1.1.1" is RSA.', _key_algorithm),
    _of("CertPublicKeyParametersOid", "The identifier of the parameters of the public key, which is that of its "
        "algorithm (.NET, PublicKey.EncodedParameters).", _key_algorithm),
    _of("CertSerialNumber", "The serial number of a certificate, in hexadecimal digits, the highest first.", _serial),
    _of("CertSignatureAlgorithmOid", "The identifier of the algorithm that signed a certificate: "
        '"1.2.840.113549.1.1.11" is SHA-256 with RSA.', lambda found: found.signature_algorithm_oid.dotted_string),
    _of("CertSubject", 'The name of whom a certificate is about: "CN=Ada Lovelace, OU=Sales, DC=contoso, DC=com".',
        lambda found: x509.name_text(found.subject)),
    _of("CertSubjectNameDN", 'The distinguished name of whom a certificate is about: "CN=Ada Lovelace, DC=contoso".',
        lambda found: x509.name_text(found.subject)),
    _of("CertSubjectNameOid", "The identifier of the subject's name. A name in a certificate has none, so that it is "
        "always NULL, as in .NET (X500DistinguishedName.Oid).", lambda _: None),
    _of("CertVersion", "The version of a certificate's format: 3 for all that are in use.",
        lambda found: found.version.value + 1, "number"),
)  # fmt: skip
