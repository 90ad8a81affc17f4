"""`ropeway agent` on the agent's machine: register it, run it, look whether all is well, collect what support needs."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import typer

from ropeway.cli.environment import agent_credentials, credentials_directory
from ropeway.cli.exits import Code, Refused, process_of_a_unit
from ropeway.cli.render.findings import blocks, counts, lines
from ropeway.cli.session import Session, current
from ropeway.cli.times import interval_words, seconds
from ropeway.model.secret import Secret

if TYPE_CHECKING:
    from ropeway.agent.identity import Identity

PLACE = Path("/var/lib/ropeway-agent")

Folder = Annotated[
    Path, typer.Option(metavar="DIR", help="Where the agent keeps its key, its settings and its log; of mode 0700.")
]
CaFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The authority of the service's certificate, PEM.")
]  # fmt: skip
Proxy = Annotated[
    str | None,
    typer.Option(metavar="URL", help="An HTTP proxy on the way: http://[USER@]HOST:PORT, without a password."),
]
ProxyPassword = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The proxy's password, in a file of mode 0600 or 0400.")
]
Level = Literal["error", "warning", "info", "debug"]


def add_to(app: typer.Typer) -> None:
    """The commands of this page."""
    for command in (register, run, check, logs):
        app.command()(command)
    app.command("proxy")(set_proxy)


def register(
    context: typer.Context,
    token_file: Annotated[str, typer.Option(metavar="FILE", help="The registration token; - is standard input.")],
    folder: Folder = PLACE,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    proxy_password_file: ProxyPassword = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Put another key and certificate in the place of those that are there.")
    ] = False,
) -> None:
    """On the agent's machine: become an agent. A key is made, and agent.yaml written where there is none.

    --service URL, one of the global options, says where the service is.
    """
    from ropeway.agent.registering import register as register_here
    from ropeway.agent.registering import retire

    session, place = current(context), _full(folder)
    document = _document(session, ca_file, proxy, proxy_password_file) or _known(place)
    if document is None:
        raise Refused(
            "Say which service the agent is to call: --service https://HOST:PORT. It is the address that "
            "`ropeway up` and `ropeway service run` print when they begin."
        )
    former = _former(place) if anew else None
    made = register_here(place, _token(token_file), document, anew=anew)
    retired = former is not None and retire(place, former)
    id_ = former.agent if former else None
    if retired:
        session.note(f"The former one, {id_}, is removed. An agent that runs goes on as the new one by itself.")
    elif anew:
        session.note("An agent that runs goes on as the former one until: systemctl restart ropeway-agent")
        session.note(f"Then take the former one off the list of agents: ropeway agent remove {id_ or 'ID'}")
    session.say(
        {"agent": made.agent, "domain": made.domain, "folder": str(folder), "former": id_, "retired": retired},
        f"Registered for {made.domain}, as agent {made.agent}.",
        f"Now give it an account that may read the domain: domains in {folder / 'agent.yaml'} (docs/agents.md).",
        f"See whether all is well: ropeway agent check --folder {folder}",
        f"Then run it: ropeway agent run --folder {folder}",
    )


def _former(folder: Path) -> Identity | None:
    """The agent that a folder has been until now."""
    from ropeway.agent import identity
    from ropeway.model.problems import RopewayError

    try:
        return identity.load(folder)
    except RopewayError:
        return None


def run(context: typer.Context, folder: Folder = PLACE) -> int:
    """On the agent's machine: be the agent, until Ctrl-C or SIGTERM."""
    import signal

    from ropeway.agent.process import run as run_here

    session, place = current(context), _full(folder)
    ending = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ending.set())
    session.note(f"The agent of {place} begins; its log is in {place / 'trace'}. Ctrl-C ends it.")
    with process_of_a_unit():
        run_here(place, ending, credentials_directory())
    return Code.OK


def check(
    context: typer.Context,
    folder: Folder = PLACE,
    ca_file: CaFile = None,
    proxy: Proxy = None,
    proxy_password_file: ProxyPassword = None,
) -> int:
    """On the agent's machine: whether all is well. The way to the service, registration, every domain and its account.

    Before there is an agent.yaml, --service URL and the options say where the service is. Nothing is changed. Ends with
    code 7 where something failed.
    """
    session, place = current(context), _full(folder)
    found = _checked(place, _document(session, ca_file, proxy, proxy_password_file))
    session.show(lines(found), lambda: blocks(found))
    return Code.FINDINGS if counts(found)["failed"] else Code.OK


def logs(
    context: typer.Context,
    folder: Folder = PLACE,
    last: Annotated[str, typer.Option(metavar="TIME", help="How much of the log: 10m, 2h, 1d.")] = "1h",
    level: Annotated[
        Level | None, typer.Option(help="Write at this level first, for as long as --for says; then as before.")
    ] = None,
    during: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="How long, with --level; 3m if not said.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file to write; a name with the time, if not said.")
    ] = None,
) -> int:
    """On the agent's machine: a file for whoever helps. The log of late, what `agent check` finds, and settings.

    Nothing of a password, a key or a token is in it; names of people and groups are. With --level it waits until the
    time is over; Ctrl-C collects what there is. The level goes back by itself.
    """
    from ropeway.agent.collecting import collect

    session, place = current(context), _full(folder)
    if not place.is_dir():
        raise Refused(f"There is no folder {folder}: say which one the agent has, with --folder.")
    if during is not None and level is None:
        raise Refused("--for says how long --level counts: say --level debug as well.")
    target = _full(output or Path(time.strftime("ropeway-agent-%Y%m%dT%H%M%SZ.zip", time.gmtime())))
    _refuse_unfit(target)
    wanted = seconds(last)
    if level is not None:
        wanted = max(wanted, _raised(session, place, level, seconds(during or "3m")))
    found = _checked(place, None)
    number = collect(place, wanted, found, target)
    record = {"file": str(target), "lines": number, **counts(found)}
    session.say(
        record, f"{target}: {number:,} lines of the log, {counts(found)['failed']} of {len(found)} checks failed."
    )
    return Code.OK  # fmt: skip


def _refuse_unfit(target: Path) -> None:
    """Before minutes are waited for what could not be written then."""
    if target.exists():
        raise Refused(f"{target} is there already: remove it, or name another file with --output.")
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}: name a file in another one with --output.")


def set_proxy(
    context: typer.Context,
    proxy: Annotated[str | None, typer.Argument(metavar="[URL]", help="http://[USER@]HOST:PORT")] = None,
    proxy_password_file: ProxyPassword = None,
    off: Annotated[bool, typer.Option("--off", help="No proxy any more.")] = False,
    folder: Folder = PLACE,
) -> None:
    """On the agent's machine: which HTTP proxy it goes through. Written into its agent.yaml."""
    from ropeway.agent.changing import set_proxy as set_here

    if (proxy is None) != off:
        raise Refused("Say the proxy's address, http://[USER@]HOST:PORT, or --off.")
    session, place = current(context), _full(folder)
    made = None if proxy is None else _proxy(proxy, proxy_password_file)
    set_here(place, made)
    told = f"The agent goes through {made['url']}" if made else "The agent goes straight to the service"
    session.say({"proxy": made}, f"{told} once it is restarted: systemctl restart ropeway-agent")


def _checked(folder: Path, document: dict[str, Any] | None) -> list[Any]:
    from ropeway.agent import files
    from ropeway.agent.checking import findings

    if document is None and not (folder / files.SETTINGS).exists():
        raise Refused(f"There is no {folder / files.SETTINGS} yet: say where the service is, with --service URL.")
    return list(findings(folder, document, agent_credentials()))


def _raised(session: Session, folder: Path, level: Level, during: float) -> float:
    """Wait while the agent writes more; answers for how long it did."""
    from ropeway.agent import levels

    began = time.time()
    levels.raise_until(folder, level, began + during)
    session.note(f"The agent writes at level {level} for {interval_words(during)}. Ctrl-C collects what there is.")
    try:
        Event().wait(during)
    except KeyboardInterrupt:
        pass
    finally:
        levels.lower(folder)
    return time.time() - began


def _document(
    session: Session, ca_file: Path | None, proxy: str | None, proxy_password_file: Path | None
) -> dict[str, Any] | None:
    """What an agent.yaml would say; None where the service was not named."""
    if not session.service:
        return None
    document: dict[str, Any] = {"service": session.service.rstrip("/")}
    if ca_file is not None:
        document["ca_file"] = str(_full(ca_file))
    if proxy is not None:
        document["proxy"] = _proxy(proxy, proxy_password_file)
    return document


def _known(folder: Path) -> dict[str, Any] | None:
    from ropeway.agent import files
    from ropeway.agent.settings import read

    return {"service": read(folder).service} if (folder / files.SETTINGS).exists() else None


def _proxy(url: str, password_file: Path | None) -> dict[str, str]:
    parts = urlsplit(url)
    if parts.password is not None:
        raise Refused(
            "The proxy's address holds a password, and other users of this machine see command lines. Write "
            "http://USER@HOST:PORT, and name a file with --proxy-password-file; change the password if this one is in "
            "use."
        )
    found = {"url": parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()}
    if parts.username:
        found["user"] = parts.username
    if password_file is not None:
        found["password_file"] = str(_full(password_file))
    return found


def _full(path: Path) -> Path:
    return path.expanduser().absolute()


def _token(file: str) -> Secret[str]:
    """The first line of a file or of standard input."""
    try:
        text = sys.stdin.readline() if file == "-" else Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The token cannot be read from {file}: {getattr(error, 'strerror', 'it is no text')}.") from None
    words = text.split()
    if not words:
        raise Refused(f"There is no token in {'standard input' if file == '-' else file}.")
    return Secret(words[0])
