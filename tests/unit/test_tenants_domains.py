"""A domain belongs to the tenant that shows a TXT record in DNS; where there is one tenant, a word will do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ropeway.control.domain_proof import ByRecord, parted, texts
from ropeway.control.in_process import InProcess, open_database
from ropeway.control.sources import FromHere
from ropeway.model.problems import RopewayError, describe
from ropeway.service.settings import checked
from ropeway.store.database import Database
from ropeway.store.tenants import HOME
from tests.fixtures.https import a_service
from tests.fixtures.names import Names, name_server
from tests.fixtures.tenants import second


@pytest.fixture
def names() -> Iterator[Names]:
    with name_server() as server:
        yield server


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(open_database(database_url)) as opened:
        yield opened


def control_of(database: Database, names: Names, tenant: int = HOME) -> InProcess:
    return InProcess(database, FromHere(), tenant, ByRecord(database, [names.address]))


def refused(control: InProcess, domain: str) -> str:
    with pytest.raises(RopewayError) as error:
        control.verify_domain(domain)
    return f"{error.value.problem.code}: {describe(error.value.problem)}"


def test_a_service_with_one_tenant_believes_its_administrator(database: Database, names: Names) -> None:
    control = control_of(database, names)
    assert control.add_domain("contoso.test").record == ""
    assert control.verify_domain("contoso.test").verified
    assert names.asked == []


def test_with_several_tenants_the_record_decides(database: Database, names: Names) -> None:
    number, _ = second(database)
    ours, theirs = control_of(database, names), control_of(database, names, number)
    records = [control.add_domain("contoso.test").record for control in (ours, theirs)]
    assert len(set(records)) == 2
    assert "it has none" in refused(ours, "contoso.test")
    names.texts["contoso.test"] = []
    assert "it has none" in refused(ours, "contoso.test")
    names.texts["contoso.test"] = ["v=spf1 -all", records[1]]
    told = refused(ours, "contoso.test")
    assert told.startswith("domain-record-missing")
    assert records[0] in told
    assert "v=spf1 -all" in told
    assert "dig TXT contoso.test" in told
    assert theirs.verify_domain("CONTOSO.test").verified
    assert [domain.record for domain in theirs.domains()] == ["", ""]
    names.texts["contoso.test"] = records
    assert refused(ours, "contoso.test").startswith("domain-taken")
    theirs.remove_domain("contoso.test")
    assert ours.verify_domain("contoso.test").verified


def test_what_is_verified_is_not_asked_for_again(database: Database, names: Names) -> None:
    second(database)
    control = control_of(database, names)
    names.texts["contoso.test"] = [control.add_domain("contoso.test").record]
    control.verify_domain("contoso.test")
    del names.texts["contoso.test"]
    assert control.verify_domain("contoso.test").verified
    assert names.asked == ["contoso.test"]


def test_a_dns_that_does_not_answer_is_told_apart_from_a_record_that_is_missing(
    database: Database, names: Names
) -> None:
    second(database)
    control = control_of(database, names)
    control.add_domain("contoso.test")
    names.is_unwell = True
    assert refused(control, "contoso.test").startswith("domain-record-unknown")
    names.is_unwell, names.is_silent = False, True
    with pytest.raises(RopewayError) as error:
        texts("contoso.test", [names.address], patience=0.5)
    assert "no answer came in time" in describe(error.value.problem)


def test_a_long_text_in_several_strings_is_one_text(names: Names) -> None:
    names.texts["contoso.test"] = ["a" * 300]
    assert texts("contoso.test", [names.address]) == ["a" * 300]


def test_a_domain_that_nobody_added_is_not_asked_for(database: Database, names: Names) -> None:
    second(database)
    assert refused(control_of(database, names), "contoso.test").startswith("domain-unknown")
    assert names.asked == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.0.0.1", ("10.0.0.1", 53)),
        ("10.0.0.1:5353", ("10.0.0.1", 5353)),
        ("[::1]:54", ("::1", 54)),
        ("::1", ("::1", 53)),
    ],
)
def test_a_resolver_is_an_address_with_or_without_a_port(text: str, found: tuple[str, int]) -> None:
    assert parted(text) == found


@pytest.mark.parametrize("text", ["dns.contoso.test", "10.0.0.1:0", "10.0.0.1:x", "", "[::1"])
def test_what_is_no_resolver_is_refused_as_a_setting(text: str) -> None:
    with pytest.raises(RopewayError) as error:
        checked({"resolvers": [text]}, {})
    assert "resolvers" in describe(error.value.problem)


def test_graph_shows_the_record_and_verifies_by_it(tmp_path: Path, names: Names) -> None:
    with a_service(tmp_path / "service", resolvers=[names.address]) as service:
        with closing(open_database(service.settings.state)) as database:
            second(database)
        with service.administrator() as client:
            client.post("/v1.0/domains", json={"id": "contoso.test"})
            (record,) = client.get("/v1.0/domains/contoso.test/verificationDnsRecords").json()["value"]
            assert (record["label"], record["recordType"]) == ("contoso.test", "Txt")
            answer = client.post("/v1.0/domains/contoso.test/verify")
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "Request_BadRequest")
            assert record["text"] in answer.json()["error"]["message"]
            names.texts["contoso.test"] = [record["text"]]
            assert client.post("/v1.0/domains/contoso.test/verify").json()["isVerified"]
            assert client.get("/v1.0/domains/contoso.test/verificationDnsRecords").json()["value"] == []
            assert client.delete("/v1.0/domains/contoso.test").status_code == 204
