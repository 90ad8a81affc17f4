"""A service with one agent beside it, until standard input ends: DATABASE FOLDER DOMAIN."""

from __future__ import annotations

import sys
from pathlib import Path

from ropeway.lab.domain import opened
from tests.fixtures.gateway import a_service, an_agent, running


def main() -> None:
    """Start both, say so, wait."""
    database, folder, domain = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    with a_service(database, folder) as service, running(an_agent(service, folder / "agent", opened(domain))):
        print("ready", flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
