"""Every way of connecting, and every way in which it fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ldap
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.connectors.active_directory import open_source
from ropeway.engine.lifecycle.quarantine import of_stop
from ropeway.engine.lifecycle.standing import Reason
from ropeway.lab import accounts, kerberos
from ropeway.lab.domain import Domain
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret
from ropeway.model.watermark import Wanted
from tests.integration.active_directory_office import settings

pytestmark = pytest.mark.samba


def describes(configuration: dict[str, object], **more: object) -> bool:
    source = open_source(configuration | more)
    try:
        return source.describe().object("user") is not None
    finally:
        source.close()


def code(configuration: dict[str, object], **more: object) -> str:
    with pytest.raises(RopewayError) as refused:
        describes(configuration, **more)
    assert "?" not in str(refused.value)
    return refused.value.problem.code


@pytest.mark.parametrize("security", ["ldaps", "starttls"])
def test_tls_with_the_domains_own_authority(contoso: Domain, security: str) -> None:
    assert describes(settings(contoso, security=security))


@pytest.mark.parametrize("security", ["ldaps", "starttls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(contoso: Domain, security: str) -> None:
    assert code(settings(contoso, security=security, ca_file=None)) == "certificate-not-trusted"


def test_a_certificate_authority_that_is_not_there_is_named(contoso: Domain, tmp_path: Path) -> None:
    assert code(settings(contoso, ca_file=str(tmp_path / "missing.pem"))) == "source-settings-invalid"


def test_kerberos_with_a_keytab_seals_the_connection(contoso: Domain, tmp_path: Path) -> None:
    keytab = kerberos.keytab(contoso, "Administrator", tmp_path / "administrator.keytab")
    ours = settings(contoso, security="gssapi", keytab=str(keytab), krb5_config=str(contoso.krb5_conf))
    ours |= {"principal": f"Administrator@{contoso.realm}"}
    assert describes({k: v for k, v in ours.items() if k not in ("user", "password_file", "ca_file")})


def test_kerberos_with_a_password(contoso: Domain) -> None:
    assert describes(settings(contoso, security="gssapi", krb5_config=str(contoso.krb5_conf)))


def test_kerberos_says_why_not(contoso: Domain, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.touch(0o600)
    wrong.write_text("not the password")
    ours = settings(contoso, security="gssapi", krb5_config=str(contoso.krb5_conf), password_file=str(wrong))
    assert code(ours) == "kerberos-refused"
    assert code(ours, user="nobody@contoso.test") == "kerberos-refused"
    nowhere = tmp_path / "krb5.conf"
    nowhere.write_text(contoso.krb5_conf.read_text().replace(contoso.address, f"{contoso.address}:9"))
    assert code(ours, krb5_config=str(nowhere)) == "kerberos-failed"


def test_a_keytab_that_is_out_of_date_sends_a_job_into_quarantine(
    own_contoso: Domain, ldap_admin: Callable[[Domain], LDAPObject], tmp_path: Path
) -> None:
    """As a wrong password does: to try it again and again would lock the account."""
    account = accounts.add(own_contoso, "keeper")
    keytab = kerberos.keytab(own_contoso, "keeper", tmp_path / "keeper.keytab")
    ours = settings(own_contoso, security="gssapi", krb5_config=str(own_contoso.krb5_conf))
    ours = {k: v for k, v in ours.items() if k not in ("user", "password_file", "ca_file")}
    ours |= {"keytab": str(keytab), "principal": f"keeper@{own_contoso.realm}"}
    assert describes(ours)
    admin = ldap_admin(own_contoso)
    admin.modify_s(account.dn, [(ldap.MOD_REPLACE, "unicodePwd", '"An0ther.Password"'.encode("utf-16-le"))])
    with pytest.raises(RopewayError) as refused:
        describes(ours)
    assert of_stop(refused.value.problem).reason is Reason.EXCEPTION
    admin.modify_s(account.dn, [(ldap.MOD_REPLACE, "userAccountControl", b"514")])
    assert code(ours) == "kerberos-refused"


def test_a_password_over_plain_ldap_is_refused_before_it_is_sent(contoso: Domain) -> None:
    assert code(settings(contoso, security="plain")) == "plaintext-password-refused"


def test_a_controller_that_demands_protection_says_so(contoso: Domain) -> None:
    assert code(settings(contoso, security="plain", allow_plaintext_password=True)) == "protection-required"


def test_a_wrong_password_is_told_and_never_shown(contoso: Domain, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.touch(0o600)
    wrong.write_text("hunter2hunter2")
    with pytest.raises(RopewayError) as refused:
        describes(settings(contoso, password_file=str(wrong)))
    assert refused.value.problem.code == "password-wrong"
    assert "hunter2" not in str(refused.value) + repr(refused.value.problem)


def test_a_disabled_account_is_told(own_contoso: Domain, ldap_admin: Callable[[Domain], LDAPObject]) -> None:
    account = accounts.add(own_contoso, "sleeper")
    ldap_admin(own_contoso).modify_s(account.dn, [(ldap.MOD_REPLACE, "userAccountControl", b"514")])
    as_sleeper = settings(own_contoso, user=account.user, password_file=str(account.password_file))
    assert code(as_sleeper) == "account-disabled"


def test_the_password_may_be_typed(contoso: Domain) -> None:
    typed = settings(contoso, prompt=True, password_file=None)
    asked: list[str] = []

    def ask(question: str) -> Secret[str]:
        asked.append(question)
        return contoso.administrator_password()

    assert open_source(typed, ask=ask).describe().id
    assert asked == [f"Password of {contoso.administrator}"]


def test_controllers_are_found_by_dns(contoso: Domain) -> None:
    found = settings(contoso, servers=[], nameserver=contoso.address)
    assert describes(found)
    assert describes(found, security="starttls")


def test_a_domain_without_controllers_in_dns(contoso: Domain) -> None:
    assert (
        code(settings(contoso, servers=[], nameserver=contoso.address), domain="nowhere.test")
        == "controllers-not-found"
    )


def test_a_controller_of_another_domain_is_refused(contoso: Domain) -> None:
    assert code(settings(contoso), domain="fabrikam.test") == "controller-of-another-domain"


def test_a_server_that_is_not_there(contoso: Domain) -> None:
    assert code(settings(contoso, servers=[f"{contoso.address}:9"])) == "controller-unreachable"


def test_every_server_that_was_tried_is_named_and_how_to_look(contoso: Domain) -> None:
    nobody = settings(contoso, servers=[f"{contoso.address}:9", "dc1.nowhere.invalid:10"])
    with pytest.raises(RopewayError) as lost:
        open_source(nobody).describe()
    said = str(lost.value)
    assert f"{contoso.address}:9 (" in said
    assert "Connecting to dc1.nowhere.invalid:10 failed: the name does not resolve" in said
    assert "nc -vz dc1.nowhere.invalid 10" in said


def test_the_schema_is_described_in_its_own_spelling(contoso: Domain) -> None:
    source = open_source(settings(contoso))
    user = source.describe().object("user")
    assert user is not None
    member, title = source.describe().object("group").attribute("MEMBER"), user.attribute("title")  # type: ignore[union-attr]
    assert (member.name, member.type, member.multivalued) == ("member", "Reference", True)  # type: ignore[union-attr]
    assert (title.type, title.multivalued, title.max_length) == ("String", False, 128)  # type: ignore[union-attr]
    whole = source.resolve(
        f"CN=Administrator,CN=Users,{contoso.base_dn}", Wanted({"user": ("SAMACCOUNTNAME", "noSuch")})
    )
    assert whole is not None
    assert whole.attributes == {"sAMAccountName": "Administrator"}
    assert source.close() is None
    assert source.close() is None
