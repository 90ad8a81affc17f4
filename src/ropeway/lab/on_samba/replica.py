# pyright: basic, reportMissingImports=false
# (Samba's modules exist for Debian's Python only, which runs this file.)
"""Prints the GUID under which a controller is known to the others. Argument: its smb.conf."""

import sys

from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

settings = LoadParm()
settings.load(sys.argv[1])
print(SamDB(session_info=system_session(), lp=settings).get_ntds_GUID())
