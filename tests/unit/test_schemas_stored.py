"""What is kept of the schemas of jobs, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ropeway.control.in_process import TENANT, InProcess, open_control
from ropeway.control.schema_views import SchemaChange
from ropeway.lab.company import Size, company
from ropeway.lab.company.ldif import export
from ropeway.model.job import JobSettings, SourceSettings
from ropeway.model.problems import RopewayError
from ropeway.rules import layers
from ropeway.store import schemas
from ropeway.store.database import Database
from ropeway.store.rows import Key

SMALL = Size(people=9, groups=1, contacts=1, computers=1, members=2, largest=2, service_accounts=0)
UPPER = ("          jobTitle: title\n", "          jobTitle: =ToUpper([title])\n")
CITY = ("          city: l\n", "          city: =ToUpper([l])\n")


@pytest.fixture
def control(database_url: str, tmp_path: Path) -> Iterator[InProcess]:
    """A job that has read nothing yet."""
    (tmp_path / "company.ldif").write_bytes(b"".join(export(company(SMALL), seed=1, dns_domain="contoso.test")))
    opened = open_control(database_url)
    opened.create_job(JobSettings("Contoso", SourceSettings("ldif", {"path": str(tmp_path / "company.ldif")})))
    yield opened
    opened.close()


def changed(control: InProcess, change: tuple[str, str]) -> SchemaChange:
    return SchemaChange(text=control.export_schema("Contoso").text.replace(*change, 1))


def code(error: pytest.ExceptionInfo[RopewayError]) -> str:
    return error.value.problem.code


def test_a_change_counts_one_revision_on_and_keeps_only_what_is_other(control: InProcess) -> None:
    view = control.change_schema("Contoso", changed(control, UPPER))
    assert (view.revision, view.edits, view.own) == (1, 1, False)
    assert [edit.place[-1] for edit in control.job("Contoso").settings.edits] == ["jobTitle"]


def test_a_change_based_on_an_earlier_revision_is_refused(control: InProcess) -> None:
    theirs = changed(control, CITY)
    control.change_schema("Contoso", changed(control, UPPER), revision=0)
    for change, revision in ((theirs, None), (SchemaChange(), 0)):
        with pytest.raises(RopewayError) as refused:
            control.change_schema("Contoso", change, revision=revision)
        assert code(refused) == "schema-changed-meanwhile"
    assert control.schema("Contoso").revision == 1


def test_of_many_who_change_it_at_the_same_moment_one_is_first_and_the_others_are_told(
    control: InProcess, database_url: str
) -> None:
    document = layers.canonical(layers.imported(control.check_schema(
        control.export_schema("Contoso").text, source_kind="ldif"))[0])  # fmt: skip
    start, answers = threading.Barrier(6), list[str]()

    def one(name: str) -> None:
        database = Database(database_url)
        mine = {**document, "synchronizationRules": [{**document["synchronizationRules"][0], "name": name}]}
        start.wait()
        try:
            with database.write() as c:
                key = Key(tenant=TENANT, job=1)
                schemas.change(c, database, key, 0, lambda settings: layers.with_schema(settings, mine))
            answers.append(name)
        except RopewayError as error:
            answers.append(error.problem.code)
        finally:
            database.close()

    threads = [threading.Thread(target=one, args=(f"rule of {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [answer for answer in answers if answer != "schema-changed-meanwhile"]
    assert {flow.rule for flow in control.schema("Contoso").flows} == {winner}


def test_the_default_that_was_seen_is_kept_and_gone_with_its_job(control: InProcess, database_url: str) -> None:
    database = Database(database_url)
    usual = layers.default("ldif")
    with database.read() as c:
        seen = schemas.record(c, 1)
        assert schemas.base_document(c, TENANT, seen.base) == usual
    control.delete_job("Contoso", keep=True)
    with database.read() as c:
        assert schemas.record(c, 1) == schemas.SchemaRecord()
    database.close()


def test_a_group_that_a_rule_names_by_dn_is_held_by_guid_and_one_that_is_not_there_is_refused(
    control: InProcess,
) -> None:
    control.run_job("Contoso")
    group = control.list_objects("groups", limit=1)[0]["onPremisesDistinguishedName"]
    place = "            - name: Users to synchronize\n              clauses:\n"
    clause = "                - {{name: not in the group, operator: ISMEMBEROF, values: ['{}']}}\n"
    control.change_schema("Contoso", changed(control, (place, place + clause.format(group))))
    (edit,) = control.job("Contoso").settings.edits
    assert f";{group}" in str(edit.value)
    assert "<GUID=" in str(edit.value)
    effects = control.try_schema("Contoso", SchemaChange()).effects
    assert [(effect.what, effect.count) for effect in effects] == [("created", 7)]
    with pytest.raises(RopewayError) as refused:
        control.try_schema("Contoso", changed(control, (place, place + clause.format("CN=Nobody,DC=contoso,DC=test"))))
    assert code(refused) == "schema-base-unknown"
    assert "CN=Nobody" in str(refused.value)
