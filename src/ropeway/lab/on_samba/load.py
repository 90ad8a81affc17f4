# pyright: basic, reportMissingImports=false
# (Samba's modules exist for Debian's Python only, which runs this file.)
"""Writes records from standard input into a domain's database: one JSON object a line, the number done on each commit.

Argument: the controller's smb.conf. Through LDAP, or in one transaction, adding becomes slower and slower; in
transactions of 1,000 with the index kept in memory it stays the same (measured: 800 people a second).
"""

import json
import sys
from base64 import b64decode
from secrets import token_urlsafe

from ldb import FLAG_MOD_ADD, SCOPE_BASE, Dn, LdbError, Message, MessageElement
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

BATCH = 1000
BINARY = {"userCertificate"}
NO_SUCH_OBJECT = 32


def opened(smb_conf):
    settings = LoadParm()
    settings.load(smb_conf)
    options = ["batch_mode:1", "transaction_index_cache_size:400000"]
    return SamDB(session_info=system_session(), lp=settings, options=options)


def message(database, record):
    made = Message(Dn(database, record["dn"]))
    for name, values in record["attributes"].items():
        encoded = [b64decode(v) if name in BINARY else v.encode() for v in values]
        made[name] = MessageElement(encoded, FLAG_MOD_ADD, name)
    if record["password"]:
        made["unicodePwd"] = MessageElement(
            f'"Aa1-{token_urlsafe(18)}"'.encode("utf-16-le"), FLAG_MOD_ADD, "unicodePwd"
        )
    return made


def is_there(database, dn):
    try:
        return bool(database.search(base=dn, scope=SCOPE_BASE, attrs=["1.1"]))
    except LdbError as error:
        if error.args[0] == NO_SUCH_OBJECT:
            return False
        raise


def load(database, lines):
    """Add what is not there yet. Looking is skipped where the first record, the root of all, was new."""
    done, look = 0, True
    database.transaction_start()
    for done, line in enumerate(lines, start=1):
        record = json.loads(line)
        there = look and is_there(database, record["dn"])
        if not there:
            database.add(message(database, record))
        if done == 1:
            look = there
        if done % BATCH == 0:
            database.transaction_commit()
            print(done, flush=True)
            database.transaction_start()
    database.transaction_commit()
    print(done, flush=True)


try:
    load(opened(sys.argv[1]), sys.stdin)
except LdbError as failure:
    sys.exit(f"ERROR: {failure.args[1]}")
