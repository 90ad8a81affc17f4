"""Keys at rest, and the authorities whose keys they are."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ropeway.control.in_process import TENANT, open_database
from ropeway.model.problems import RopewayError
from ropeway.model.secret import Secret
from ropeway.service.http import authorities
from ropeway.service.http.sealing import make_seal, open_seal
from ropeway.store.database import Database

NOW = 1_800_000_000.0
DAY = 86400.0


def refusal(error: pytest.ExceptionInfo[RopewayError]) -> str:
    return error.value.problem.code


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


# the key file


def test_a_key_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "etc" / "seal.key"
    assert make_seal(file).id == make_seal(file).id
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["seal.key"]


def test_of_two_who_make_it_at_once_both_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as crowd:
        ids = set(crowd.map(lambda _: make_seal(tmp_path / "seal.key").id, range(64)))
    assert len(ids) == 1


def test_a_key_file_that_others_may_read_is_refused_with_the_command(tmp_path: Path) -> None:
    make_seal(tmp_path / "seal.key")
    (tmp_path / "seal.key").chmod(0o640)
    with pytest.raises(RopewayError, match=r"mode 640.*chmod 600") as error:
        open_seal(tmp_path / "seal.key")
    assert refusal(error) == "seal-open"


@pytest.mark.parametrize("content", [b"", b"Dear Zo\xc3\xab", b"ropeway-seal-1 c2hvcnQ=", b"\x00" * 5000])
def test_a_file_that_is_no_key_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "seal.key"
    file.touch(0o600)
    file.write_bytes(content)
    with pytest.raises(RopewayError) as error:
        make_seal(file)
    assert (refusal(error), file.read_bytes()) == ("seal-unreadable", content)


def test_what_was_sealed_opens_with_its_own_key_and_for_its_own_purpose_alone(tmp_path: Path) -> None:
    seal, other = make_seal(tmp_path / "one"), make_seal(tmp_path / "two")
    sealed = seal.wrap(Secret(b"a key"), "authority tls")
    assert seal.unwrap(sealed, "authority tls").reveal() == b"a key"
    for opener, value, about in (
        (other, sealed, "authority tls"),
        (seal, sealed, "authority agents"),
        (seal, sealed[:-1] + bytes([sealed[-1] ^ 1]), "authority tls"),
        (seal, sealed[:20], "authority tls"),
        (seal, b"", "authority tls"),
    ):
        with pytest.raises(RopewayError) as error:
            opener.unwrap(value, about)
        assert refusal(error) == "seal-wrong"


def test_neither_seal_nor_authority_shows_its_key(tmp_path: Path, database: Database) -> None:
    seal = make_seal(tmp_path / "seal.key")
    key = (tmp_path / "seal.key").read_text().split()[1]
    authority = authorities.tls(database, TENANT, seal, lambda: NOW)
    assert key not in f"{seal!r} {vars(seal)} {authority!r} {vars(authority)}"
    with database.read() as c:
        stored = c.exec_driver_sql("SELECT key FROM authority").scalar_one()
    assert b"ecPublicKey" not in bytes(stored)


# authorities


def test_an_authority_is_the_same_at_every_start(tmp_path: Path, database: Database) -> None:
    seal = make_seal(tmp_path / "seal.key")
    first = authorities.tls(database, TENANT, seal, lambda: NOW)
    again = authorities.tls(database, TENANT, seal, lambda: NOW + DAY)
    other = authorities.agents(database, TENANT, seal, lambda: NOW)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert authorities.known(database, TENANT, "tls") == first.certificate


def make_authority(url: str, file: str) -> str:
    database = open_database(url)
    try:
        return authorities.tls(database, TENANT, make_seal(Path(file)), lambda: NOW).fingerprint
    finally:
        database.close()


def test_two_processes_that_start_at_once_agree_on_the_authority(tmp_path: Path, database_url: str) -> None:
    open_database(database_url).close()
    with ProcessPoolExecutor(4, get_context("spawn")) as crowd:
        made = list(crowd.map(make_authority, [database_url] * 4, [str(tmp_path / "seal.key")] * 4))
    assert len(set(made)) == 1


def test_a_machine_with_another_key_file_is_told_so(tmp_path: Path, database: Database) -> None:
    authorities.tls(database, TENANT, make_seal(tmp_path / "one"), lambda: NOW)
    with pytest.raises(RopewayError, match="all machines of one state have the same") as error:
        authorities.tls(database, TENANT, make_seal(tmp_path / "two"), lambda: NOW)
    assert refusal(error) == "seal-wrong"


def request(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> x509.CertificateSigningRequest:
    wished = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "I want to be root")])
    asked = x509.CertificateSigningRequestBuilder(wished)
    asked = asked.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return asked.sign(key, hashes.SHA256())


def test_a_certificate_says_what_we_say_and_nothing_that_was_wished(tmp_path: Path, database: Database) -> None:
    agents = authorities.agents(database, TENANT, make_seal(tmp_path / "seal.key"), lambda: NOW)
    made = agents.sign(request(ec.generate_private_key(ec.SECP256R1())), "agent-7", 90 * DAY)
    assert made.subject.rfc4514_string() == "CN=agent-7"
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert made.not_valid_after_utc.timestamp() == NOW + 90 * DAY
    assert made.not_valid_before_utc.timestamp() < NOW - DAY, "a machine whose clock is a day behind accepts it"
    made.verify_directly_issued_by(agents.certificate)


def test_openssl_accepts_what_the_authority_signs(tmp_path: Path, database: Database) -> None:
    tls = authorities.tls(database, TENANT, make_seal(tmp_path / "seal.key"), lambda: NOW)
    made = tls.sign(request(ec.generate_private_key(ec.SECP256R1())), "ropeway", DAY, ("ropeway.contoso.com", "::1"))
    (tmp_path / "ca.pem").write_text(tls.pem)
    (tmp_path / "made.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    command = ["openssl", "verify", "-x509_strict", "-attime", str(int(NOW)), "-purpose", "sslserver"]
    command += ["-verify_hostname", "ropeway.contoso.com", "-CAfile", tmp_path / "ca.pem", tmp_path / "made.pem"]
    assert subprocess.run(command, capture_output=True, text=True).stdout.endswith("OK\n")


def test_a_weak_key_is_refused(tmp_path: Path, database: Database) -> None:
    agents = authorities.agents(database, TENANT, make_seal(tmp_path / "seal.key"), lambda: NOW)
    for key in (rsa.generate_private_key(65537, 1024), ec.generate_private_key(ec.SECP192R1())):
        with pytest.raises(RopewayError) as error:
            agents.sign(request(key), "agent-7", DAY)
        assert refusal(error) == "certificate-request-refused"


def test_whoever_does_not_have_the_key_gets_no_certificate(tmp_path: Path, database: Database) -> None:
    agents = authorities.agents(database, TENANT, make_seal(tmp_path / "seal.key"), lambda: NOW)
    genuine = request(ec.generate_private_key(ec.SECP256R1())).public_bytes(serialization.Encoding.DER)
    forged = x509.load_der_x509_csr(genuine[:-1] + bytes([genuine[-1] ^ 1]))
    with pytest.raises(RopewayError, match="does not have the key"):
        agents.sign(forged, "agent-7", DAY)


def test_openssl_shows_the_same_fingerprint(tmp_path: Path, database: Database) -> None:
    tls = authorities.tls(database, TENANT, make_seal(tmp_path / "seal.key"), lambda: NOW)
    (tmp_path / "ca.pem").write_text(tls.pem)
    command = ["openssl", "x509", "-in", tmp_path / "ca.pem", "-noout", "-fingerprint", "-sha256"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert shown.strip().rpartition("=")[2].replace(":", "").lower() == tls.fingerprint
