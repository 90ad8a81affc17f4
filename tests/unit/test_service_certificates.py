"""The certificate that a service shows: renewed while it runs, its own or an administrator's."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ropeway.control.in_process import open_control
from ropeway.control.service_views import ServiceView
from ropeway.model.problems import RopewayError
from ropeway.service.http.certificates import LIFETIME, FromFiles, Served
from ropeway.service.http.listening import listen
from ropeway.service.settings import Place
from tests.fixtures.certificates import served
from tests.fixtures.https import Clock, RunningService, a_service, unverified

DAY = 86400.0
PEM = serialization.Encoding.PEM


def shown(running: RunningService, context: ssl.SSLContext | None = None) -> x509.Certificate:
    """What a client is shown that connects now."""
    port = int(running.url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        (context or unverified()).wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        return x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")


def eventually(condition: Callable[[], bool]) -> None:
    waiting = threading.Event()
    assert any(condition() or waiting.wait(0.05) for _ in range(400))


# its own


def test_it_is_renewed_after_two_thirds_of_its_time_without_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    with a_service(tmp_path / "service", clock) as service:
        first, ca = shown(service), service.ca
        clock.now += LIFETIME / 2
        assert shown(service) == first
        clock.now += LIFETIME / 6 + 60
        eventually(lambda: shown(service).serial_number != first.serial_number)
        assert shown(service).not_valid_after_utc.timestamp() == pytest.approx(clock.now + LIFETIME, abs=2)
        shown(service).verify_directly_issued_by(x509.load_pem_x509_certificate(ca.encode()))


def test_connections_that_are_open_do_not_notice(tmp_path: Path) -> None:
    clock = Clock()
    with a_service(tmp_path / "service", clock) as service, service.client() as client:
        first = shown(service)
        assert client.get("/login").status_code == 200
        clock.now += LIFETIME
        eventually(lambda: shown(service) != first)
        assert client.get("/login").status_code == 200


def test_it_is_good_for_the_names_that_were_said(tmp_path: Path) -> None:
    settings = {"names": ["ropeway.contoso.com", "10.1.2.3"], "url": "https://cloud.contoso.com"}
    with a_service(tmp_path / "service", **settings) as service:
        port = service.told.address.rpartition(":")[2]
        with socket.create_connection(("127.0.0.1", int(port))) as plain, unverified().wrap_socket(plain) as secured:
            found = x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b"")
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    dns = names.get_values_for_type(x509.DNSName)
    assert {"ropeway.contoso.com", "cloud.contoso.com", "localhost"} <= set(dns)
    assert "10.1.2.3" in map(str, names.get_values_for_type(x509.IPAddress))


def test_a_private_key_is_on_no_disk(service: RunningService) -> None:
    content = b"".join(file.read_bytes() for file in service.folder.iterdir())
    assert b"PRIVATE KEY" not in content


# an administrator's


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A file with certificate and key, as some authority made them."""
    chain = served(tmp_path).chain
    chain.chmod(0o600)
    return chain


def refusal(certificate: Path, key: Path, clock: Clock | None = None) -> str:
    with pytest.raises(RopewayError) as error:
        Served(FromFiles(str(certificate), str(key)), clock or Clock())
    return f"{error.value.problem.code}: {error.value.problem.details.get('reason', '')}"


def test_an_administrator_s_certificate_is_shown_and_no_authority_given_away(tmp_path: Path, own: Path) -> None:
    with a_service(tmp_path / "service", certificate=str(own), key=str(own)) as service:
        shown(service, ssl.create_default_context(cafile=str(tmp_path / "authority.pem")))
        assert service.told.authority == ""
        assert service.link.authority == ""
        with service.client(verify=False) as client:
            assert client.get("/ca.pem").json()["error"]["@ropeway.problem"]["code"] == "authority-of-others"


def status(service: RunningService) -> ServiceView:
    with closing(open_control(service.settings.state)) as control:
        return control.service_status()


def test_an_administrator_s_certificate_that_ends_soon_needs_somebody(tmp_path: Path, own: Path) -> None:
    ends = x509.load_pem_x509_certificate(own.read_bytes()).not_valid_after_utc
    with a_service(tmp_path / "service", certificate=str(own), key=str(own)) as service:
        told = status(service)
    name = f"certificate of {socket.gethostname()}"
    assert told.certificates[name] == ends.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (name, "certificate-expires") in [(one.object, one.code) for one in told.problems]


def test_a_certificate_that_renews_itself_needs_nobody(service: RunningService) -> None:
    assert sorted(status(service).certificates) == ["agents authority", "tls authority"]


def test_a_renewed_file_is_taken_up_within_a_minute(tmp_path: Path, own: Path) -> None:
    clock = Clock()
    with a_service(tmp_path / "service", clock, certificate=str(own), key=str(own)) as service:
        first = shown(service)
        (tmp_path / "new").mkdir()
        served(tmp_path / "new").chain.rename(own)
        own.chmod(0o600)
        clock.now += 61
        eventually(lambda: shown(service) != first)


def test_a_damaged_renewal_leaves_the_former_certificate(
    tmp_path: Path, own: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    with a_service(tmp_path / "service", clock, certificate=str(own), key=str(own)) as service:
        first = shown(service)
        own.write_text("half a file")
        clock.now += 61
        eventually(lambda: "The former certificate stays." in caplog.text)
        assert "(certificate-unreadable)" in caplog.text
        assert shown(service) == first


def test_a_missing_file(tmp_path: Path, own: Path) -> None:
    assert refusal(tmp_path / "none.pem", own) == "certificate-unreadable: No such file or directory"
    assert refusal(own, tmp_path / "none.pem") == "certificate-unreadable: No such file or directory"
    assert refusal(tmp_path, own) == "certificate-unreadable: Is a directory"


def test_a_key_of_another_certificate(tmp_path: Path, own: Path) -> None:
    other = served(_folder(tmp_path / "other")).chain
    other.chmod(0o600)
    assert refusal(own, other).startswith("certificate-key-mismatch")


def test_a_certificate_that_expired_or_is_not_good_yet(own: Path) -> None:
    tomorrow, yesterday = Clock(), Clock()
    tomorrow.now += 2 * DAY
    yesterday.now -= 2 * DAY
    assert refusal(own, own, tomorrow).startswith("certificate-expired")
    assert refusal(own, own, yesterday).startswith("certificate-expired")


def test_a_key_with_a_password(tmp_path: Path, own: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    closed = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x"))
    (tmp_path / "key.pem").touch(0o600)
    (tmp_path / "key.pem").write_bytes(closed)
    assert refusal(own, tmp_path / "key.pem") == "certificate-unreadable: the key has a password"


def test_a_key_that_everybody_may_read(tmp_path: Path, own: Path) -> None:
    key = Path(shutil.copy(own, tmp_path / "key.pem"))
    key.chmod(0o644)
    assert "everybody may read it" in refusal(own, key)


@pytest.mark.parametrize("content", [b"", b"Dear Zo\xc3\xab", b"-----BEGIN CERTIFICATE-----\nnonsense\n"])
def test_files_that_are_neither(tmp_path: Path, own: Path, content: bytes) -> None:
    file = tmp_path / "file.pem"
    file.touch(0o600)
    file.write_bytes(content)
    assert refusal(file, own).startswith("certificate-unreadable")
    assert refusal(own, file).startswith("certificate-unreadable")


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


# where it listens


def test_an_address_that_is_in_use_is_told_with_the_command_that_shows_by_whom() -> None:
    with listen(Place("127.0.0.1", 0)) as first, pytest.raises(RopewayError, match="ss -ltnp") as error:
        listen(Place("127.0.0.1", first.getsockname()[1]))
    assert error.value.problem.code == "address-in-use"


@pytest.mark.parametrize("host", ["203.0.113.7", "2001:db8::1", "nowhere.invalid"])
def test_an_address_of_another_machine(host: str) -> None:
    with pytest.raises(RopewayError) as error:
        listen(Place(host, 0))
    assert error.value.problem.code == "address-not-here"


@pytest.mark.parametrize("host", ["", "0.0.0.0"])
def test_every_address_of_the_machine(host: str) -> None:
    with listen(Place(host, 0)) as listener, socket.create_connection(("127.0.0.1", listener.getsockname()[1])):
        pass
