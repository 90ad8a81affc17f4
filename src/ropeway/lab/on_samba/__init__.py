"""Scripts for Debian's own Python, where Samba's modules are; they import nothing of Ropeway."""
