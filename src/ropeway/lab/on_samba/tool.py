# pyright: basic, reportMissingImports=false
# (Samba's modules exist for Debian's Python only, which runs this file.)
"""samba-tool with its arguments read from standard input: one command a line, a JSON list of words."""

import json
import sys

from samba.netcmd.main import cmd_sambatool

for line in sys.stdin:
    arguments = json.loads(line)
    if cmd_sambatool()._run("samba-tool", *arguments):  # it has said why on standard error
        sys.exit(1)
