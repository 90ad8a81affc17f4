"""The script of README.md does what it says, as somebody would run it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.unit.sign_in_office import Office, office

__all__ = ["office"]

PAGE = Path(__file__).parents[2] / "README.md"


def test_the_script_lists_all_people(office: Office, tmp_path: Path) -> None:
    people = ["adele", "bo", "cleo"]
    for name in people:
        office.person(name)
    app, secret = office.application("Report", "User.Read.All")
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    (example,) = (one for one in examples if "msgraph" in one)
    named = {"APP_ID": app.app_id, "SECRET": secret, "SERVICE": office.service.url, "TENANT": office.tenant}
    script = tmp_path / "report.py"
    script.write_text("".join(f"{name} = {value!r}\n" for name, value in named.items()) + example)
    environment = {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1,localhost"}
    done = subprocess.run(
        [sys.executable, str(script)], cwd=office.ca.parent, env=environment,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{name}@contoso.test {name.title()}" for name in people]
