# pyright: basic, reportMissingImports=false
# (Samba's modules exist for Debian's Python only, which runs this file.)
"""Gives a stopped controller another address, in its DNS zones and service names. Arguments: smb.conf, old, new."""

import sys

from ldb import FLAG_MOD_ADD, FLAG_MOD_DELETE, SCOPE_SUBTREE, Dn, Message, MessageElement
from samba.auth import system_session
from samba.dcerpc.dnsp import DNS_TYPE_A, DnssrvRpcRecord
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB


def records_with(database, zones, old):
    for found in database.search(
        base=zones, scope=SCOPE_SUBTREE, expression="(objectClass=dnsNode)", attrs=["dnsRecord"]
    ):
        for packed in found.get("dnsRecord", ()):
            record = ndr_unpack(DnssrvRpcRecord, packed)
            if record.wType == DNS_TYPE_A and record.data == old:
                yield found.dn, packed, record


def replace(database, dn, name, before, after):
    change = Message(dn)
    change["0"] = MessageElement(before, FLAG_MOD_DELETE, name)
    change["1"] = MessageElement(after, FLAG_MOD_ADD, name)
    database.modify(change)


smb_conf, old, new = sys.argv[1:]
settings = LoadParm()
settings.load(smb_conf)
database = SamDB(session_info=system_session(), lp=settings)
database.transaction_start()
for zones in (f"DC=DomainDnsZones,{database.domain_dn()}", f"DC=ForestDnsZones,{database.domain_dn()}"):
    for dn, packed, record in list(records_with(database, zones, old)):
        record.data = new
        replace(database, dn, "dnsRecord", packed, ndr_pack(record))
host = settings.get("netbios name")
account = f"CN={host},OU=Domain Controllers,{database.domain_dn()}"
replace(database, Dn(database, account), "servicePrincipalName", f"ldap/{old}", f"ldap/{new}")
database.transaction_commit()
