# pyright: basic, reportMissingImports=false
# (Samba's modules exist for Debian's Python only, which runs this file.)
"""Adds attributes to a forest's schema, and lets users, groups and contacts have them; one JSON object a line.

Argument: smb.conf of a controller that does not run. Done twice is done once.
"""

import json
import sys

from ldb import FLAG_MOD_ADD, SCOPE_ONELEVEL, Dn, LdbError, Message, MessageElement
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

CLASS = "Mail-Recipient"
"""The auxiliary class of users, groups and contacts ([MS-ADSC] 2.137) that mail systems extend."""


def message(database, schema, attribute):
    made = Message(Dn(database, f"CN={attribute['cn']},{schema}"))
    for name, value in attribute.items():
        if name != "cn":
            made[name] = MessageElement([str(value)], FLAG_MOD_ADD, name)
    return made


def refresh(database):
    asked = Message(Dn(database, ""))
    asked["schemaUpdateNow"] = MessageElement(["1"], FLAG_MOD_ADD, "schemaUpdateNow")
    database.modify(asked)


settings = LoadParm()
settings.load(sys.argv[1])
settings.set("dsdb:schema update allowed", "true")
database = SamDB(session_info=system_session(), lp=settings)
schema = str(database.get_schema_basedn())
found = database.search(base=schema, scope=SCOPE_ONELEVEL, attrs=["lDAPDisplayName"])
known = {str(name).lower() for one in found for name in one.get("lDAPDisplayName", ())}
wanted = [attribute for attribute in map(json.loads, sys.stdin) if attribute["lDAPDisplayName"].lower() not in known]
added = [attribute["lDAPDisplayName"] for attribute in wanted]
try:
    database.transaction_start()
    for attribute in wanted:
        database.add(message(database, schema, attribute))
    database.transaction_commit()
    refresh(database)
    if added:
        change = Message(Dn(database, f"CN={CLASS},{schema}"))
        change["mayContain"] = MessageElement(added, FLAG_MOD_ADD, "mayContain")
        database.modify(change)
        refresh(database)
except LdbError as failure:
    sys.exit(f"ERROR: {failure.args[1]}")
