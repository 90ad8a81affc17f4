"""What each command of `ropeway` asks a service: typed at a real one, and held against the page that says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ropeway.cli import reach
from ropeway.cli.main import main
from ropeway.cli.signed_in import SignedIn
from ropeway.control.calls import BASE
from ropeway.store import agents
from ropeway.store.agents import AgentRow
from tests.fixtures.service import Service, a_service
from tests.unit.engine_company import Company, company

__all__ = ["company"]

PAGE = Path(__file__).parents[2] / "docs" / "decisions" / "commands.md"
HEAD = "| command | asks |\n|---|---|\n"
SYNC = "/v1.0/servicePrincipals/{principal}/synchronization"
USER = "zoe@contoso.test"
COMMANDS = (
    "job create ldif --name Contoso --path {file}",
    "job create ldif --name Second --path {file} --staging",
    "job list",
    "job show Contoso",
    "job plan Contoso",
    "report Contoso",
    "job run Contoso",
    "job compare Contoso Second",
    "job check Contoso",
    "job watch Contoso --once",
    "job holds Contoso",
    "job pause Contoso",
    "job resume Contoso",
    "job start Contoso",
    "job schedule Contoso --every 30m",
    "job history Contoso --log-days 90",
    "job scope Contoso --everything --yes",
    "job guard Contoso --guard deletes=100/10%/20",
    "job staging Contoso --off",
    "job clear-quarantine Contoso --later",
    "job restart Contoso --scope Watermark --later",
    "job provision Contoso zoe@contoso.test",
    "log --job Contoso --object zoe@contoso.test",
    "explain zoe@contoso.test",
    "schema show Contoso",
    "schema discover Contoso --type user",
    "schema export Contoso -",
    "schema diff Contoso",
    "schema import Contoso {schema} --yes",
    "schema reset Contoso --yes",
    "schema validate {schema}",
    "directory synchronization show",
    "directory synchronization set --threshold 400",
    "directory domains list",
    "directory domains add fabrikam.test",
    "directory domains verify fabrikam.test",
    "directory domains remove fabrikam.test --yes",
    "directory groups create --set displayName=Choir --set mailNickname=choir",
    "directory groups list",
    "directory groups show choir",
    "directory groups update choir --set description=x",
    "directory groups manage choir --in-cloud",
    "directory groups delete choir --yes",
    "directory groups restore choir",
    "directory users password {user} --generate",
    "role list",
    "role assign Reports_Reader {user}",
    "role withdraw Reports_Reader {user}",
    "app create Reports",
    "app list",
    "app show Reports",
    "app remove Reports --yes",
    "agent list",
    "agent show dc1",
    "agent token contoso.test",
    "agent trace dc1 debug",
    "agent remove dc1 --yes",
    "service status",
    "service audit",
    "service sign-ins",
    "job delete Second --keep --yes",
    "job delete Contoso --withdraw --yes",
)
"""A day with a service; each line is typed as it is, `Reports_` standing for `Reports `."""


@dataclass
class Asked:
    """Around an application: the routes of its requests, noted before they are answered."""

    app: ASGIApp
    routes: list[str] = field(default_factory=list[str])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.routes.append(f"{scope['method']} {scope['route'].path}")
            await send(message)

        await self.app(scope, receive, answered if scope["type"] == "http" else send)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Service, Asked]]:
    """A service with somebody who does errands, to which this user is signed in."""
    made: list[Asked] = []

    def around(app: ASGIApp) -> ASGIApp:
        made.append(Asked(app))
        return made[0]

    monkeypatch.delenv("ROPEWAY_STATE", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    with a_service(f"sqlite:///{tmp_path}/service.db", tmp_path, around=around) as service, service.worker():
        with closing(service.client()) as control:
            tenant = str(control._graph.ids.tenant)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
        signed = SignedIn(service.url, service.token(), service.authority.read_text(), tenant=tenant)
        monkeypatch.setattr(reach, "signed_in", lambda: signed)
        yield service, made[0]


def test_the_page_says_what_each_command_asks(
    asked: tuple[Service, Asked], company: Company, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    service, noted = asked
    for name in (USER, "boss@contoso.test"):
        company.person(name.partition("@")[0], userPrincipalName=name)
    company.write()
    service.control.add_domain("contoso.test")
    service.control.verify_domain("contoso.test")
    user = service.control.create_object("users", {"displayName": "Ann", "userPrincipalName": "ann@contoso.test"})
    with service.database.write() as c:
        agents.add(c, AgentRow("a-1", 1, "dc1", "contoso.test", "", "f", 2e9, None, "1", "::1", "info", 1.0, 1.0))
    schema = tmp_path / "schema.yaml"
    places = {"file": str(company.path), "schema": str(schema), "user": user["id"]}
    rows: list[str] = []
    for line in COMMANDS:
        noted.routes.clear()
        words = [word.format(**places).replace("Reports_", "Reports ") for word in line.split()]
        code = main(words)
        told = capfd.readouterr()
        assert code == 0 or line == "service status", (line, told.err)  # which says that something needs a person
        if line.startswith("schema export"):
            lines = told.out.splitlines(keepends=True)
            schema.write_text("".join(one for one in lines if not one.strip().startswith("department:")))
        rows.append(f"| `ropeway {_brief(line)}` | {', '.join(_requests(noted.routes))} |\n")
    before, head, table = PAGE.read_text(encoding="utf-8").partition(HEAD)
    assert head, f"{PAGE} has the table"
    found = "".join(dict.fromkeys(rows))
    if os.environ.get("WRITE_DOCS"):
        PAGE.write_text(before + head + found, encoding="utf-8")
    else:
        assert table == found, "WRITE_DOCS=1 makes this test write docs/decisions/commands.md"


def _brief(line: str) -> str:
    """A command without what it is typed with."""
    words = line.split()
    long = words[0] in ("job", "schema", "directory", "role", "app", "agent", "service")
    number = 3 if words[0] == "directory" or (words[1:2] == ["create"] and words[0] == "job") else 2 if long else 1
    more = [word for word in words[number:] if word in ("--keep", "--withdraw")]
    return " ".join([*words[:number], *more])


def _requests(routes: list[str]) -> list[str]:
    return [f"`{one.replace(BASE, '…').replace(SYNC, '{sync}')}`" for one in dict.fromkeys(routes)]
