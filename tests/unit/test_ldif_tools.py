"""Exports as the tools really write them, made while the test runs."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from ropeway.connectors.ldif.schema import known_attributes
from ropeway.lab.domain import Domain
from ropeway.model.watermark import Wanted
from tests.contract.source_worlds import WANTED, ldapsearch
from tests.unit.ldif_office import Export

SLAPD = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix "dc=contoso,dc=test"
directory {folder}
"""
PEOPLE = """\
dn: dc=contoso,dc=test
objectClass: domain
dc: contoso

dn: ou=R\\,D \\"and\\" so,dc=contoso,dc=test
objectClass: organizationalUnit
ou: R,D "and" so

dn: uid=åsa,ou=R\\2CD \\22and\\22 so,dc=contoso,dc=test
objectClass: inetOrgPerson
uid: åsa
cn: Åsa Öberg
sn: Öberg
title: she has a title that is so long that slapcat must write it on more than one line

dn: cn=team,dc=contoso,dc=test
objectClass: groupOfNames
cn: team
member: UID=ÅSA, ou=R\\,D \\"and\\" so,dc=contoso,dc=test

"""


OPENLDAP = Wanted({"inetOrgPerson": ("cn", "title"), "group": ("member",)})
needs_slapd = pytest.mark.skipif(not Path("/usr/sbin/slapadd").exists(), reason="slapd is not installed")


def with_people(folder: Path, settings: str = "") -> Path:
    """The configuration of a slapd whose database holds PEOPLE."""
    config = folder / "slapd.conf"
    config.write_text(SLAPD.format(folder=folder) + settings)
    (folder / "in.ldif").write_text(PEOPLE)
    subprocess.run(["/usr/sbin/slapadd", "-f", config, "-l", folder / "in.ldif"], check=True, capture_output=True)
    return config


@needs_slapd
def test_slapcat(tmp_path: Path) -> None:
    config = with_people(tmp_path)
    written = subprocess.run(["/usr/sbin/slapcat", "-f", config], check=True, capture_output=True).stdout
    export = Export(tmp_path, written, OPENLDAP)
    assert export.complete
    assert not export.problems
    (asa,) = [o for o in export.objects.values() if o.type == "inetOrgPerson"]
    (team,) = [o for o in export.objects.values() if o.type == "group"]
    assert asa.attributes["cn"] == "Åsa Öberg"
    assert asa.attributes["title"].endswith("more than one line")
    assert team.links == {"member": (asa.anchor,)}
    assert asa.parent
    assert export.objects[asa.parent].type == "organizationalUnit"
    assert export.mark
    assert export.mark.domain in export.objects


def without_unnamed(export: Export) -> set[tuple[object, ...]]:
    return {(o.anchor, o.type, o.dn, o.parent, str(o.attributes), str(o.links)) for o in export.objects.values()}


@pytest.mark.samba
@pytest.mark.parametrize(
    "options",
    [(), ("-L",), ("-LL",), ("-LLL", "-o", "ldif-wrap=no"), ("-LLL", "-o", "ldif-wrap=40"), ("-E", "!extendedDn=0")],
    ids=["default", "-L", "-LL", "no wrap", "narrow", "extended DN"],
)
def test_ldapsearch_in_every_form(contoso: Domain, tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "plain").mkdir()
    plain = Export(tmp_path / "plain", ldapsearch(contoso, "-LLL"), WANTED)
    export = Export(tmp_path, ldapsearch(contoso, *options), WANTED)
    assert export.complete
    assert not export.problems
    assert without_unnamed(export) == without_unnamed(plain)


@pytest.fixture
def slapd(tmp_path: Path) -> Iterator[str]:
    """The URL of a running slapd with PEOPLE in it, that gives out two entries at most."""
    path = tmp_path / "ldapi"
    url = "ldapi://" + quote(str(path), safe="")
    config = with_people(tmp_path, "sizelimit 2\n")
    with subprocess.Popen(["/usr/sbin/slapd", "-d", "0", "-h", url, "-f", config]) as server:
        try:
            wait_until_it_listens(path, server)
            yield url
        finally:
            server.terminate()


def wait_until_it_listens(path: Path, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while server.poll() is None and time.monotonic() < end:
        with socket.socket(socket.AF_UNIX) as client:
            if client.connect_ex(str(path)) == 0:
                return
        time.sleep(0.02)
    pytest.fail(f"slapd does not listen; it ended with {server.poll()}")


@needs_slapd
def test_ldapsearch_stopped_by_the_servers_limit(slapd: str, tmp_path: Path) -> None:
    asked = ["-b", "dc=contoso,dc=test", "(objectClass=*)", "*", "entryUUID"]
    found = subprocess.run(["ldapsearch", "-x", "-H", slapd, *asked], capture_output=True, check=False)
    assert found.returncode == 4
    export = Export(tmp_path, found.stdout, OPENLDAP)
    assert len(export.objects) == 2
    assert not export.complete
    assert export.problems["ldif-limit"].problem.details["result"] == "4 Size limit exceeded"


@pytest.mark.samba
def test_an_export_of_some_attributes_without_anchors_says_how_to_get_them(contoso: Domain, tmp_path: Path) -> None:
    text = ldapsearch(contoso, "-LLL").splitlines(keepends=True)
    bare = "".join(line for line in text if not line.startswith("objectGUID"))
    export = Export(tmp_path, bare, WANTED)
    assert not export.objects
    assert set(export.problems) == {"ldif-no-anchor"}
    assert not export.complete


@pytest.mark.samba
def test_ldbsearch(contoso: Domain, tmp_path: Path) -> None:
    found = shutil.which("ldbsearch")
    if found is None:
        pytest.skip("ldbsearch is not installed")
    database = contoso.files / "private" / "sam.ldb"
    written = subprocess.run([found, "-H", database, "(objectClass=*)"], capture_output=True, check=True).stdout
    (tmp_path / "plain").mkdir()
    plain = Export(tmp_path / "plain", ldapsearch(contoso, "-LLL"), WANTED)
    export = Export(tmp_path, written, WANTED)
    assert without_unnamed(export) == without_unnamed(plain)
    assert export.complete


@pytest.mark.samba
def test_the_built_in_schema_is_the_one_that_a_server_publishes(contoso: Domain, tmp_path: Path) -> None:
    from ropeway.connectors.active_directory import open_source
    from tests.integration.active_directory_office import settings

    source = open_source(settings(contoso))
    published = source.describe()
    source.close()
    compared = 0
    for type_ in published.objects:
        for attribute in type_.attributes:
            known = known_attributes().get(attribute.name.lower())
            if known is not None:
                compared += 1
                syntax = {"Time": "DateTime", "Guid": "Binary", "Sid": "String"}.get(known.syntax, known.syntax)
                assert (known.name, syntax, known.many) == (attribute.name, attribute.type, attribute.multivalued)
    assert compared > 300
