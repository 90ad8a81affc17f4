"""What the functions say of real certificates, and of bytes that are none."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from ropeway.expressions import Dialect, ExpressionFailed, compile_expression

AUTHORITY = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"), x509.NameAttribute(NameOID.COMMON_NAME, "CA")])
ADA = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'Contoso "North", Ltd.'),
        x509.NameAttribute(NameOID.COMMON_NAME, "Ada Lovelace"),
    ]
)
UPN = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x10ada@contoso.test")
NAMES = [x509.RFC822Name("ada@contoso.test"), x509.DNSName("ada.contoso.test"), UPN]


def issued(key, until):
    made = x509.CertificateBuilder(AUTHORITY, ADA, key.public_key(), 0xABC)
    made = made.not_valid_before(datetime(2020, 1, 2, tzinfo=UTC)).not_valid_after(until)
    made = made.add_extension(x509.SubjectAlternativeName(NAMES), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    return made.sign(key, SHA256())


CERTIFICATE = issued(rsa.generate_private_key(public_exponent=65537, key_size=2048), datetime(2030, 1, 2, tzinfo=UTC))
EXPIRED = issued(ec.generate_private_key(ec.SECP256R1()), datetime(2021, 1, 2, tzinfo=UTC))
DER, OLD = CERTIFICATE.public_bytes(Encoding.DER), EXPIRED.public_bytes(Encoding.DER)
NOW = 133_000_000_000_000_000
"""The 18th of June 2022."""


def answer(text, **attributes):
    return compile_expression(text, Dialect.CONNECT).evaluate({"cert": DER, "now": NOW, **attributes})


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("CertSubject([cert])", 'CN=Ada Lovelace, O="Contoso ""North"", Ltd.", C=GB'),
        ("CertSubjectNameDN([cert])", 'CN=Ada Lovelace, O="Contoso ""North"", Ltd.", C=GB'),
        ("CertIssuer([cert])", "CN=CA, C=GB"),
        ("CertIssuerDN([cert])", "CN=CA, C=GB"),
        ("CertIssuerOid([cert])", None),
        ("CertSubjectNameOid([cert])", None),
        ("CertNotAfter([cert])", "2030-01-02T00:00:00Z"),
        ("CertNotBefore([cert])", "2020-01-02T00:00:00Z"),
        ("CertSerialNumber([cert])", "0ABC"),
        ("CertVersion([cert])", 3),
        ("CertFormat([cert])", "X509"),
        ("CertFriendlyName([cert])", ""),
        ("CertKeyAlgorithm([cert])", "1.2.840.113549.1.1.1"),
        ("CertPublicKeyOid([cert])", "1.2.840.113549.1.1.1"),
        ("CertPublicKeyParametersOid([cert])", "1.2.840.113549.1.1.1"),
        ("CertKeyAlgorithmParams([cert])", "0500"),
        ("CertSignatureAlgorithmOid([cert])", "1.2.840.113549.1.1.11"),
        ("CertExtensionOids([cert])", ["2.5.29.19"]),
        ("IsCert([cert])", True),
        ('CertNameInfo([cert], "SimpleName", False)', "Ada Lovelace"),
        ('CertNameInfo([cert], "SimpleName", True)', "CA"),
        ('CertNameInfo([cert], "EmailName", False)', "ada@contoso.test"),
        ('CertNameInfo([cert], "UpnName", False)', "ada@contoso.test"),
        ('CertNameInfo([cert], "DnsName", False)', "ada.contoso.test"),
        ('CertNameInfo([cert], "DnsFromAlternativeName", False)', "ada.contoso.test"),
        ('CertNameInfo([cert], "UrlName", False)', ""),
    ],
)
def test_a_certificate_says(expression, result):
    assert answer(expression) == result


def test_a_certificate_may_be_written_in_base64_or_pem():
    assert answer("CertVersion([cert])", cert=b64encode(DER).decode()) == 3
    assert answer("CertVersion([cert])", cert=CERTIFICATE.public_bytes(Encoding.PEM)) == 3


def test_a_certificate_is_called_by_its_hash():
    thumbprint = CERTIFICATE.fingerprint(SHA1()).hex().upper()
    assert answer("CertThumbprint([cert])") == answer("CertHashString([cert])") == thumbprint


def test_the_key_of_a_curve_names_the_curve():
    assert answer("CertKeyAlgorithmParams([cert])", cert=OLD) == "06082A8648CE3D030107"


def test_only_certificates_that_have_not_expired_are_kept():
    assert answer("Where($item,[cert],CertNotAfter($item)>Now())", cert=[DER, OLD]) == [DER]


def test_a_published_expression_with_a_variable_keeps_nothing_of_what_has_expired():
    text = (
        "With($unExpiredCerts,Where($item,[cert],CertNotAfter($item)>Now()),"
        "IIF(Count($unExpiredCerts)>0,$unExpiredCerts,NULL))"
    )
    assert answer(text, cert=[OLD, DER, OLD]) == [DER]
    assert answer(text, cert=[OLD]) is None


@pytest.mark.parametrize("value", [b"", b"0", b"Ada", DER[:-1], DER + b"x", "Ada", "é", 7, True])
def test_what_is_no_certificate_is_named(value):
    assert answer("IsCert([cert])", cert=value) is False
    with pytest.raises(ExpressionFailed, match=r"not an X\.509 certificate"):
        answer("CertSubject([cert])", cert=value)


PARTS = (
    "CertExtensionOids([cert])",
    "CertKeyAlgorithmParams([cert])",
    "CertSubject([cert])",
    "CertNotAfter([cert])",
    "CertSerialNumber([cert])",
    "CertVersion([cert])",
    'CertNameInfo([cert], "UpnName", False)',
    'CertNameInfo([cert], "SimpleName", True)',
)


def failure(text, damaged):
    try:
        answer(text, cert=damaged)
    except ExpressionFailed as failed:
        return failed.argument
    return "certificate"


@settings(max_examples=100)
@given(st.sampled_from([DER, OLD]), st.integers(0, len(OLD) - 1), st.binary(min_size=1, max_size=3))
def test_a_damaged_certificate_gives_a_value_or_a_named_failure(certificate, at, garbage):
    damaged = certificate[:at] + garbage + certificate[at + len(garbage) :]
    assert answer("IsCert([cert])", cert=damaged) in (True, False)
    assert {failure(text, damaged) for text in PARTS} == {"certificate"}
