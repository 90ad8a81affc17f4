"""What a real domain stores and no directory should show unread: it stays on its object, in words, and all else flows.

Samba refuses invalid UTF-8 in text, several values of one, and whatever is longer than its schema says; those come from
answers made by hand (tests/unit/test_active_directory_entries.py). What it takes is here.
"""

from __future__ import annotations

from collections.abc import Iterator

import ldap
import pytest

from ropeway.cli.exits import Code
from ropeway.cli.main import main
from ropeway.control.schema_views import SchemaChange
from ropeway.model.problems import Problem, describe
from tests.journeys.administration import Administration, Thing
from tests.journeys.tenant import Followed, Tenant

XML = "<script>alert(\"x\")</script>&amp;<![CDATA[ ]]><!ENTITY x 'y'>"
NAMES = {"userPrincipalName", "onPremisesUserPrincipalName"}
STEERING = "\x1b[31mred\x07 \x01"


@pytest.fixture(params=["sqlite", "postgresql"])
def directory(request: pytest.FixtureRequest, tmp_path) -> Iterator[Tenant]:
    """An empty directory on either database."""
    url = f"sqlite:///{tmp_path}/x.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    made = Tenant(url)
    yield made
    made.control.close()


def problem(job: Followed, thing: Thing) -> Problem:
    """What the log's latest failure says of somebody."""
    (event, *_) = job.events(thing, status="failure")
    assert event.problem is not None
    return event.problem


def test_text_that_looks_like_markup_or_is_written_from_right_to_left_is_text(
    company: Administration, directory: Tenant
) -> None:
    zoe = company.person("Zoe", title=XML, displayName="Zoe \u202egpj.exe", department="\ufeffSales\u2028")
    job = directory.follow(company)
    job.run()
    found = job.user(zoe)
    assert (found["jobTitle"], found["displayName"]) == (XML, "Zoe \u202egpj.exe")
    assert found["department"] == "\ufeffSales\u2028"
    assert job.run().result == "nothing-to-do"


@pytest.mark.parametrize(
    ("attribute", "value", "code", "named"),
    [
        ("title", "a\0b", "value-has-zero-byte", {"title"}),
        ("title", STEERING, "value-with-control-characters", {"jobTitle"}),
        ("userPrincipalName", "zo\x01e@contoso.test", "value-with-control-characters", NAMES),
    ],
)
def test_a_value_that_nobody_should_show_sets_its_object_alone_aside_and_is_named(
    company: Administration, directory: Tenant, attribute: str, value: str, code: str, named: set[str]
) -> None:
    ann, zoe = company.person("Ann"), company.person("Zoe", department="Sales")
    job = directory.follow(company)
    job.run()
    company.set(zoe, **{attribute: value, "department": "Law"})
    company.set(ann, department="Law")
    new = company.person("New", **{attribute: f"new{value}"})
    cycle = job.run()
    assert (cycle.failed, job.user(ann)["department"], job.user(zoe)["department"]) == (2, "Law", "Sales")
    assert job.gone(new)
    for somebody in (zoe, new):
        found = problem(job, somebody)
        assert found.code == code
        assert found.attribute in named
        assert found.object in (company.dn(somebody), found.value)
        said = describe(found)
        assert f"[{found.object} · attribute {found.attribute} · value “" in said
        assert said.isprintable()
    company.set(zoe, **{attribute: f"zoe@{company.domain.dns_domain}"})
    assert (job.run().failed, job.user(zoe)["department"]) == (0, "Law")


def test_a_name_with_control_characters_sets_its_object_aside_and_one_with_a_line_break_is_taken(
    company: Administration, directory: Tenant
) -> None:
    odd: list[Thing] = []
    for number, name in enumerate(("a\\01b", "a\\0Ab", "a\\1B[31mb")):
        dn = f"CN={name},{company.dn(company.unit_of_ours)}"
        given = {"objectClass": "contact", "displayName": f"Odd {number}", "mail": f"odd{number}@partner.test"}
        company.ldap.add_s(dn, [(attribute, value.encode()) for attribute, value in given.items()])
        odd.append(Thing(company.guid_of(dn), name))
    job = directory.follow(company)
    job.run()
    assert directory.names("contacts") == {"Odd 1"}
    for one, value in ((odd[0], "a\\x01b"), (odd[2], "a\\x1b[31mb")):
        found = problem(job, one)
        assert (found.code, found.value) == ("value-with-control-characters", value)
        assert found.object.startswith(f"CN={value},OU=")


def test_eleven_megabytes_in_one_value_are_not_kept_and_the_others_come(
    company: Administration, tenant: Tenant
) -> None:
    small, large = company.person("Small", jpegPhoto=b"\xff\xd8" + b"x" * 500_000), company.person("Large")
    try:
        company.set(large, jpegPhoto=b"\xff\xd8" + b"x" * (11 * 1024 * 1024))
    except ldap.LDAPError as error:
        pytest.skip(f"this controller stores no value of 11 MB: {error}")
    job = tenant.follow(company)
    text = tenant.control.export_schema(job.name).text
    where = "          officeLocation: "
    text = text.replace(f"{where}physicalDeliveryOfficeName\n", f"{where}=Left(ConvertToBase64([jpegPhoto]), 8)\n", 1)
    tenant.control.change_schema(job.name, SchemaChange(text=text))
    cycle = job.run()
    assert (cycle.result, job.user(small)["officeLocation"]) == ("completed-with-errors", "/9h4eHh4")
    assert job.gone(large)
    found = problem(job, large)
    assert (found.code, found.object, found.attribute) == ("value-too-large", company.dn(large), "jpegPhoto")
    assert "11,534,338 bytes" in describe(found)
    assert len(describe(found)) < 1000


def test_what_steers_terminals_is_shown_and_not_obeyed(
    company: Administration, tenant: Tenant, tmp_path, capsys: pytest.CaptureFixture[str]
) -> None:
    zoe = company.person("Zoe", title=STEERING, department=XML)
    job = tenant.follow(company)
    job.run()
    capsys.readouterr()
    assert main(["--state", f"sqlite:///{tmp_path}/ropeway.sqlite", "explain", zoe.guid]) == Code.OK
    said = capsys.readouterr().out
    assert not set(said) & set("\x01\x07\x1b")
    assert "\\x1b[31mred" in said


def test_the_loser_of_a_replication_conflict_is_left_out_and_told_by_its_name(
    company: Administration, tenant: Tenant
) -> None:
    """`\\0ACNF:` and a GUID are what a controller appends to the name of one of two objects of one name."""
    winner, loser = company.person("Zoe"), company.person("Zoe copy")
    dn = f"CN=Zoe\\0ACNF:{loser.guid},{company.dn(company.unit_of_ours)}"
    company.ldap.rename_s(company.dn(loser), dn.partition(",")[0])
    job = tenant.follow(company)
    job.run()
    assert job.user(winner)
    assert job.gone(loser)
    story = tenant.control.explain(loser.guid)
    scope = next(step for step in story.steps if step["stage"] == "scope")
    assert "CNF" in f"{scope['outcome']} {scope['rule']} {scope['details']}" or "conflict" in str(scope).lower()
    assert job.amiss() == []
