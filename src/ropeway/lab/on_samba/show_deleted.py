# pyright: basic, reportMissingImports=false
# (Samba's modules exist for Debian's Python only, which runs this file.)
"""Lets an account look into Deleted Objects, which `samba-tool dsacl` does not find. Arguments: smb.conf, account."""

import sys

from ldb import FLAG_MOD_REPLACE, SCOPE_BASE, Message, MessageElement, binary_encode
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

CONTROLS = ["show_deleted:1", f"sd_flags:1:{security.SECINFO_DACL}"]

smb_conf, account = sys.argv[1:]
settings = LoadParm()
settings.load(smb_conf)
database = SamDB(session_info=system_session(), lp=settings)
who = database.search(expression=f"(sAMAccountName={binary_encode(account)})", attrs=["objectSid"])[0]
place = f"CN=Deleted Objects,{database.domain_dn()}"
found = database.search(place, SCOPE_BASE, attrs=["nTSecurityDescriptor"], controls=CONTROLS)[0]
descriptor = ndr_unpack(security.descriptor, found["nTSecurityDescriptor"][0])
entry = security.ace()
entry.type = security.SEC_ACE_TYPE_ACCESS_ALLOWED
entry.access_mask = security.SEC_ADS_LIST | security.SEC_ADS_READ_PROP
entry.trustee = ndr_unpack(security.dom_sid, who["objectSid"][0])
descriptor.dacl_add(entry)
change = Message(found.dn)
change["0"] = MessageElement(ndr_pack(descriptor), FLAG_MOD_REPLACE, "nTSecurityDescriptor")
database.modify(change, controls=CONTROLS)
