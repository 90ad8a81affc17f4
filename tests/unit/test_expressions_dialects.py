"""Three ways of writing: what each has, and what the same text means in each."""

from __future__ import annotations

import pytest

from ropeway.expressions import TABLES, Dialect, ExpressionError, ExpressionFailed, compile_expression, parse, printed

CONNECT, CLOUD, ROPEWAY = Dialect.CONNECT, Dialect.CLOUD, Dialect.ROPEWAY


def answer(text, dialect, **attributes):
    return compile_expression(text, dialect).evaluate(attributes)


def test_connect_reads_operators_from_left_to_right_and_ropeway_by_precedence():
    assert (answer("3+2*5", CONNECT), answer("3+2*5", ROPEWAY)) == (25, 13)
    assert answer('([a] = "x") && ([b] = "y")', CONNECT, a="x", b="y") is True
    assert parse("[a] = 1 && [b] = 2", CONNECT) == parse("(([a] = 1) && [b]) = 2", CONNECT)
    assert parse("[a] = 1 && [b] = 2", ROPEWAY) == parse("([a] = 1) AND ([b] = 2)", ROPEWAY)


def test_a_backslash_is_itself_in_connect_and_an_escape_elsewhere():
    assert answer(r'"CONTOSO\" & [a]', CONNECT, a="ada") == "CONTOSO\\ada"
    assert answer(r'"CONTOSO\\" & [a]', ROPEWAY, a="ada") == "CONTOSO\\ada"
    assert answer('"say ""yes"""', CONNECT) == 'say "yes"'
    assert printed(parse('"say ""yes"""', CONNECT), ROPEWAY) == r'"say \"yes\""'


def test_join_and_switch_mean_what_their_dialect_says():
    assert answer('Join([a], "-")', CONNECT, a=["x", "y"]) == "x-y"
    assert answer('Join("-", [a], "z")', CLOUD, a=["x", "y"]) == "x-y-z"
    assert answer('Switch([a] = 1, "one", [a] = 2, "two")', ROPEWAY, a=2) == "two"
    assert answer('Switch([a], "many", 1, "one", 2, "two")', CLOUD, a=2) == "two"


def test_ropeway_tells_replace_format_date_time_and_pcase_apart_by_their_arguments():
    assert answer('Replace([a], "x", "y")', ROPEWAY, a="x1") == "y1"
    assert answer('Replace([a], , "[0-9]", , "")', ROPEWAY, a="x1") == "x"
    assert answer('FormatDateTime(CDate([a]), "yyyy")', ROPEWAY, a="12/25/2007") == "2007"
    assert answer('FormatDateTime([a], , "yyyyMMdd", "yyyy-MM-dd")', ROPEWAY, a="20071225") == "2007-12-25"
    assert answer("PCase([a])", ROPEWAY, a="ADA KING-NOEL") == "Ada King-noel"
    assert answer('PCase([a], " -")', ROPEWAY, a="ADA KING-NOEL") == "Ada King-Noel"


def test_an_absent_value_is_compared_safely_in_ropeway_and_never_in_cloud():
    assert answer('IIF([c] = "USA", 1, 2)', ROPEWAY) == 2
    assert answer("[c] > 1 OR [c] <= 1", ROPEWAY) is False
    with pytest.raises(ExpressionFailed, match="use Switch, or the dialect ropeway"):
        answer('IIF([c] = "USA", 1, 2)', CLOUD)


def test_the_dialect_cloud_knows_absence_where_it_asks_for_it():
    assert answer("IIF(IsPresent([c]), [c], IgnoreThisFlow)", CLOUD, c="GB") == "GB"
    assert answer('Coalesce([c], "none")', CLOUD) == "none"


@pytest.mark.parametrize(
    ("dialect", "text", "character", "reason"),
    [
        (CONNECT, "[a] AND [b]", 5, "expected &&"),
        (CONNECT, "[a] OR [b]", 5, "expected ||"),
        (CONNECT, "NOT [a]", 1, "a comparison with False"),
        (CONNECT, 'Replace([a], , "x")', 14, "expected a value, an [attribute] or a function"),
        (CONNECT, "Coalesce([a], [b])", 1, "cloud and ropeway have"),
        (CONNECT, 'Replace([a], "x", "y", "z")', 1, "does not take 4 arguments"),
        (CLOUD, "[a] && [b]", 5, "nest IIF"),
        (CLOUD, "[a] AND [b]", 5, "nest IIF"),
        (CLOUD, "[a] + 1", 5, "use a function"),
        (CLOUD, "LCase([a])", 1, "connect and ropeway have"),
        (CLOUD, 'Switch([a], "x", "k")', 1, "does not take 3 arguments"),
        (CLOUD, 'Switch([a], "x", "k", "v", "l")', 28, "expected a value for each key"),
        (ROPEWAY, "Switch([a] = 1, 2, True)", 20, "expected a value for each condition"),
        (ROPEWAY, 'Join("-", [a])', 6, "or choose the dialect cloud"),
        (ROPEWAY, "Lower([a])", 1, "did you mean ToLower?"),
        (ROPEWAY, "IIF([a], , 2)", 10, "this argument cannot be left out"),
        (ROPEWAY, "IIF([a], 1, )", 13, "this argument cannot be left out"),
        (ROPEWAY, "Trim(SelectUniqueValue([a], [b]))", 6, "must be the outermost"),
        (ROPEWAY, "Select([a], [b], 1)", 8, "expected a variable, such as $item"),
        (ROPEWAY, "Select($itme, [b], $item)", 20, "did you mean $itme?"),
        (ROPEWAY, "ImportedValue([a])", 15, "expected a text written out"),
        (ROPEWAY, "Where($x, $x, True)", 11, "no Select, Where or With around this"),
    ],
)
def test_what_a_dialect_has_not_is_refused_with_what_to_write_instead(dialect, text, character, reason):
    with pytest.raises(ExpressionError) as error:
        compile_expression(text, dialect)
    assert error.value.at + 1 == character
    assert reason in error.value.reason


def test_every_published_function_is_there():
    connect = (
        "BitAnd BitOr CBool CDate CGuid CNum CRef CStr ConvertFromBase64 ConvertToBase64 ConvertFromUTF8Hex "
        "ConvertToUTF8Hex Contains Count DateAdd DateFromNum NumFromDate DNComponent DNComponentRev "
        "EscapeDNComponent Error FormatDateTime Guid IIF InStr InStrRev IsBitSet IsDate IsGuid IsNumeric IsString "
        "IsEmpty IsNull IsNullOrEmpty IsPresent Item ItemOrNull Join LCase UCase PCase Left Right Len LTrim RTrim "
        "Trim Mid Now PadLeft PadRight RandomNum RemoveDuplicates Replace ReplaceChars Select Where With Split "
        "StringFromGuid StringFromSid Switch Word IsCert CertExtensionOids CertFormat CertFriendlyName "
        "CertHashString CertIssuer CertIssuerDN CertIssuerOid CertKeyAlgorithm CertKeyAlgorithmParams CertNameInfo "
        "CertNotAfter CertNotBefore CertPublicKeyOid CertPublicKeyParametersOid CertSerialNumber "
        "CertSignatureAlgorithmOid CertSubject CertSubjectNameDN CertSubjectNameOid CertThumbprint CertVersion "
        "ImportedValue"
    )
    cloud = (
        "Append AppRoleAssignmentsComplex SingleAppRoleAssignment AssertiveAppRoleAssignmentsComplex BitAnd CBool "
        "CDate Coalesce ConvertToBase64 ConvertToUTF8Hex Count CStr DateAdd DateDiff DateFromNum FormatDateTime "
        "Guid IgnoreFlowIfNullOrEmpty IIF InStr IsNull IsNullOrEmpty IsPresent IsString Item Join Left Mid "
        "NormalizeDiacritics Not Now NumFromDate PCase RandomString Redact RemoveDuplicates Replace "
        "SelectUniqueValue Split StripSpaces Switch ToLower ToUpper Word ConvertFromBase64 DNComponent Error "
        "StringFromSid Trim"
    )
    assert set(connect.split()) - set(TABLES[CONNECT]) == set()
    assert set(cloud.split()) - set(TABLES[CLOUD]) == set()
    assert (set(TABLES[CONNECT]) | set(TABLES[CLOUD])) - set(TABLES[ROPEWAY]) == set()
