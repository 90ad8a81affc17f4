"""The lab's own promises, kept by real Samba and real PostgreSQL."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import ldap
import psycopg
import pytest
from ldap.ldapobject import LDAPObject

from ropeway.lab import accounts, controller
from ropeway.lab.domain import Domain
from tests.fixtures.laboratory import Laboratory
from tests.fixtures.samba import bound

pytestmark = pytest.mark.samba
Connect = Callable[[Domain], LDAPObject]


def people_in(connection: LDAPObject, domain: Domain) -> int:
    found = connection.search_s(domain.base_dn, ldap.SCOPE_SUBTREE, "(employeeID=*)", ["1.1"])
    return sum(1 for dn, _ in found if dn)


def test_contoso_has_sixty_people(contoso: Domain, ldap_admin: Connect) -> None:
    assert people_in(ldap_admin(contoso), contoso) == 60


def test_an_empty_domain_has_nobody(empty_domain: Domain, ldap_admin: Connect) -> None:
    assert people_in(ldap_admin(empty_domain), empty_domain) == 0


def test_a_controller_killed_by_a_power_cut_comes_back_with_everybody(own_contoso, laboratory, ldap_admin) -> None:
    controller.kill(own_contoso)
    assert controller.process(own_contoso) is None
    laboratory.start(own_contoso)
    assert people_in(ldap_admin(own_contoso), own_contoso) == 60


def test_an_ordinary_account_may_read_and_not_write(empty_domain: Domain) -> None:
    reader = accounts.add(empty_domain, "anna.reader")
    connection = bound(empty_domain, reader.user, reader.password().reveal())
    assert connection.search_s(empty_domain.base_dn, ldap.SCOPE_BASE)
    with pytest.raises(ldap.INSUFFICIENT_ACCESS):
        connection.add_s(f"OU=New,{empty_domain.base_dn}", [("objectClass", [b"organizationalUnit"])])


def test_two_controllers_have_what_either_one_got(fresh_domain, second_controller, ldap_admin) -> None:
    other = second_controller(fresh_domain)
    for here, there in ((fresh_domain, other), (other, fresh_domain)):
        dn = f"OU=Made on {here.host},{fresh_domain.base_dn}"
        ldap_admin(here).add_s(dn, [("objectClass", [b"organizationalUnit"])])
        eventually(partial(is_there, ldap_admin(there), dn))


def eventually(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_there(connection: LDAPObject, dn: str) -> bool:
    try:
        return bool(connection.search_s(dn, ldap.SCOPE_BASE, attrlist=["1.1"]))
    except ldap.NO_SUCH_OBJECT:
        return False


STARTS_AND_STAYS = """
import os, sys, time
from pathlib import Path
from ropeway.lab import controller, domain
controller.start(domain.opened(Path(sys.argv[1])), lifeline=os.pipe()[0])
print("running", flush=True)
time.sleep(600)
"""


def test_a_domain_ends_with_its_test_process_even_when_that_is_killed(laboratory: Laboratory) -> None:
    domain = laboratory.stopped("contoso.test")
    with subprocess.Popen([sys.executable, "-c", STARTS_AND_STAYS, domain.folder], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"running\n"
        starter.kill()
    eventually(lambda: controller.process(domain) is None)
    laboratory.close(domain)


@pytest.mark.postgres
def test_each_test_has_an_empty_database(empty_postgres_url: str) -> None:
    with psycopg.connect(empty_postgres_url) as connection:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(tables).fetchone() == (0,)


def test_the_domain_s_own_dns_knows_the_controller_s_address(fresh_domain: Domain) -> None:
    from dns.resolver import Resolver

    resolver = Resolver(configure=False)
    resolver.nameservers = [fresh_domain.address]
    answers = resolver.resolve(f"_ldap._tcp.{fresh_domain.dns_domain}", "SRV")
    assert [str(answer.target) for answer in answers] == [f"{fresh_domain.host_name}."]
    assert [str(a) for a in resolver.resolve(fresh_domain.host_name, "A")] == [fresh_domain.address]


@pytest.fixture
def address(laboratory: Laboratory) -> str:
    return laboratory.address(200)


def ropeway(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "ropeway", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def lab(tmp_path_factory, laboratory: Laboratory) -> Iterator[list[str]]:
    """The options of a lab of one's own, thrown away at the end."""
    options = ["--folder", str(laboratory.folder / "own")]
    yield options
    ropeway("lab", "down", *options)


def test_up_load_status_and_down_may_each_be_repeated(lab: list[str], address: str) -> None:
    for _ in range(2):
        assert ropeway("lab", "up", *lab, "--address", address).returncode == 0
    for _ in range(2):
        assert ropeway("lab", "load", *lab, "--people", "20", "--groups", "4", "--computers", "2").returncode == 0
    [controller_] = json.loads(ropeway("lab", "status", *lab, "--json").stdout)
    assert controller_["process"]
    for _ in range(2):
        assert ropeway("lab", "down", *lab).returncode == 0
    assert not Path(lab[1]).exists()


def test_an_address_that_is_taken_is_told_with_what_to_do(lab: list[str], contoso: Domain) -> None:
    refused = ropeway("lab", "up", *lab, "--address", contoso.address)
    assert refused.returncode == 1
    assert "choose another address" in refused.stderr


def test_joining_a_domain_that_does_not_run_is_told_with_what_to_do(lab: list[str]) -> None:
    refused = ropeway("lab", "join", *lab)
    assert refused.returncode == 1
    assert "ropeway lab up" in refused.stderr


def test_a_full_disk_is_told_with_what_to_do(laboratory: Laboratory, address: str) -> None:
    disk = laboratory.folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m", "lab", disk], check=False).returncode:
        pytest.skip("A small disk for this test needs the right to mount one.")
    try:
        refused = ropeway("lab", "up", "--folder", disk / "l", "--address", address)
    finally:
        subprocess.run(["umount", disk], check=True)
    assert refused.returncode == 1
    assert "The disk is full" in refused.stderr


def test_a_realm_that_is_no_dns_name_is_a_usage_error() -> None:
    assert ropeway("lab", "up", "--realm", "contoso").returncode == 2


def test_no_password_is_in_the_list_of_processes_while_an_account_is_made(fresh_domain: Domain) -> None:
    making = threading.Thread(target=accounts.add, args=(fresh_domain, "boris.reader"))
    making.start()
    seen = b""
    while making.is_alive():
        seen += b"".join(map(contents, Path("/proc").glob("[0-9]*/cmdline")))
    password = (fresh_domain.folder / "accounts" / "boris.reader.password").read_bytes()
    assert b"tool.py" in seen
    assert password not in seen


def contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
