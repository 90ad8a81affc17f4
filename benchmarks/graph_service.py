"""The directory's API behind TLS, until standard input ends: DATABASE FOLDER. Says its port, a token, its authority."""

from __future__ import annotations

import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, cast

import uvicorn

from ropeway.control.in_process import TENANT
from ropeway.service.app import application
from ropeway.service.graph import routes
from ropeway.service.parts import Parts
from ropeway.store import tokens
from ropeway.store.database import Database
from tests.fixtures.certificates import served


def main() -> None:
    """Answer, say where, wait."""
    database, made = Database(sys.argv[1]), served(Path(sys.argv[2]))
    parts = Parts(TENANT, database, cast(Any, None), cast(Any, None), time.time, "https://localhost")
    with database.write() as c:
        token = tokens.issue(c, TENANT, "administrator", "Ada", now=time.time(), lifetime=3600)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app = application(routes(parts))
        config = uvicorn.Config(app, ssl_certfile=made.chain, log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        print(listener.getsockname()[1], token.reveal(), made.authority, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
