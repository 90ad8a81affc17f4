"""Report and explain ask the same of both databases."""

from __future__ import annotations

from pathlib import Path

from ropeway.control.in_process import open_control
from ropeway.model.job import JobSettings, SourceSettings
from tests.unit.engine_company import Company


def test_report_and_explain_say_the_same_on_both_databases(tmp_path: Path, database_url: str) -> None:
    company = Company(tmp_path / "contoso.ldif")
    sales = company.unit("Sales")
    ann = company.person("Ann", sales, displayName="Ann", proxyAddresses=["smtp:sales@contoso.test"])
    company.person("Bob", sales, displayName="Bob", proxyAddresses=["smtp:sales@contoso.test", "smtp:\u00eb x"])
    staff = company.group("Staff", [ann], sales)
    company.write()
    control = open_control(database_url)
    try:
        source = SourceSettings("ldif", {"path": str(company.path)})
        control.create_job(JobSettings("Contoso", source), containers=[company.dn(sales)])
        assert control.report_job("Contoso").counts["warning duplicate"] == 2
        control.run_job("Contoso")
        assert control.report_job("Contoso").counts["warning duplicate"] == 2
        (link,) = control.explain(company.dn(staff)).links
        assert (link["other"], link["state"], link["by"]) == (company.dn(ann), "exported", ["Contoso"])
        new = company.person("Carl", sales)
        company.write()
        assert control.explain(company.dn(new)).state == "not imported yet"
    finally:
        control.close()
