"""Keeps a cloud directory in step with Active Directory, Windows or Samba."""

__version__ = "0.1.0"
