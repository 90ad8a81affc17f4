"""Why a TLS handshake failed, in words: libldap with GnuTLS says "unknown error code" only.

Asked after a failure, for the message alone: nothing is sent over this connection, and nothing trusted because of it.
"""

from __future__ import annotations

import socket
import ssl

from ropeway.connectors.active_directory import ber
from ropeway.connectors.active_directory.discovery import Controller
from ropeway.connectors.active_directory.settings import Settings

START_TLS = ber.sequence(ber.integer(1), ber.tagged(0x77, ber.tagged(0x80, b"1.3.6.1.4.1.1466.20037")))
"""An LDAPMessage with the StartTLS extended request (RFC 4511 4.14.1)."""


def complaint(controller: Controller, settings: Settings) -> str | None:
    """What is wrong with the controller's certificate or its TLS; None where this look at it finds nothing."""
    if settings.security not in ("ldaps", "starttls"):
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        with socket.create_connection(
            (controller.address or controller.host, controller.port), settings.timeout
        ) as raw:
            if settings.security == "starttls":
                raw.sendall(START_TLS)
                raw.recv(4096)
            with context.wrap_socket(raw, server_hostname=controller.host):
                return None
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except ssl.SSLError as error:
        return error.reason or "the handshake failed"
    except OSError:
        return None


def no_way(controller: Controller, settings: Settings) -> str:
    """Why no connection to the controller's port comes about, in the system's words; empty where one does."""
    try:
        socket.create_connection((controller.address or controller.host, controller.port), settings.timeout).close()
    except TimeoutError:
        return f"nothing answered within {settings.timeout:g} seconds"
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return ""
