"""Real Samba domains on loopback addresses, and believable companies to put into them.

domain        one Active Directory domain in a folder, seen through one of its controllers
build         making a domain, a second controller, a copy
controller    starting, stopping and killing one controller
settings      the smb.conf that keeps all of it away from the system's own Samba
certificates  a certification authority of one domain
accounts      accounts with few rights, as an installation should use
kerberos      krb5.conf and keytabs
names         the domain's host names, made to resolve for one process
company       people, groups, contacts and computers from a seed
load          records into a domain, fast
samba         running Debian's Samba tools
on_samba      the scripts that run under Debian's own Python, where Samba's modules are
"""
