"""Sign-in behind TLS, until standard input ends: DATABASE FOLDER PEOPLE. Says where, and who is signed in."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, cast

import uvicorn

from ropeway.control.in_process import TENANT, InProcess, open_database
from ropeway.model.secret import Secret
from ropeway.service.app import application
from ropeway.service.http.sealing import make_seal
from ropeway.service.identity import Identity, routes
from ropeway.service.identity.requests import Posted
from tests.fixtures.certificates import served

PASSWORD = "Correct-Horse-7"
SCOPE = "User.Read openid profile offline_access"


def main() -> None:
    """Answer, say where, wait."""
    database, folder = open_database(sys.argv[1]), Path(sys.argv[2])
    made = served(folder)
    control = InProcess(database, cast(Any, None))
    control.add_domain("contoso.test")
    control.verify_domain("contoso.test")
    app = control.create_application("Desktop", public=True)
    control.set_permissions("Desktop", grant=["User.Read"], delegated=True)
    identity = Identity(database, TENANT, "https://localhost", make_seal(folder / "seal"), time.time)
    forms = [_signed_in(control, identity, app.app_id, number) for number in range(int(sys.argv[3]))]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        running = application(routes(identity))
        config = uvicorn.Config(running, ssl_certfile=made.chain, log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
        where = {"port": listener.getsockname()[1], "authority": str(made.authority)}
        print(json.dumps(where | {"path": f"/{app.tenant}/oauth2/v2.0/token", "forms": forms}), flush=True)
        sys.stdin.read()


def _signed_in(control: InProcess, identity: Identity, app_id: str, number: int) -> dict[str, str]:
    """The form with which a person's program goes on."""
    name, upn = f"p{number}", f"p{number}@contoso.test"
    names = {"displayName": f"Person {number}", "mailNickname": name, "userPrincipalName": upn}
    control.create_object("users", {"accountEnabled": True, **names})
    control.set_password(upn, Secret(PASSWORD), must_change=False)
    form = {"grant_type": "password", "client_id": app_id, "username": upn, "password": PASSWORD, "scope": SCOPE}
    told = identity.server_of("common").answer(Posted("https://localhost/", form, {}, "127.0.0.1", ""))
    shown = {"grant_type": "refresh_token", "client_id": app_id, "refresh_token": told.body["refresh_token"]}
    return shown | {"client_info": "1"}


if __name__ == "__main__":
    main()
