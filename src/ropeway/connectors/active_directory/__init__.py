"""Active Directory, Windows or Samba, as a Source; docs/active-directory.md tells administrators about it.

In the order in which data flows:

settings, credentials, discovery    what an administrator says; who binds; which controllers there are
netlogon, site                      the LDAP ping and its answer (pure); which site this machine is in
connection, kerberos, failures      one bound connection, and what its errors mean
controls, searching                 the LDAP controls, and searches longer than one answer
session, schema, names              what is known of the controller, its schema, its objects by DN
selection, decoding, entries        what a job wants; values by schema; LDAP entries to items (pure)
marks, full, changes, one, paging   watermarks; everything; what changed; one object; pages
definition, source                  the schema for people; the Source itself
"""

from __future__ import annotations

from ropeway.connectors.active_directory.source import ActiveDirectorySource, open_source

__all__ = ["ActiveDirectorySource", "open_source"]
