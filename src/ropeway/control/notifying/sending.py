"""Mail and webhook: each way raises `Unsent` with the reason, and none of a secret."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import msgspec

from ropeway.control.notifying.letter import Letter
from ropeway.control.notifying.settings import Mail, Webhook
from ropeway.model.problems import shown

PATIENCE = 10.0
"""Seconds for a server to answer."""


class Unsent(Exception):  # noqa: N818 - an answer
    """Why a message did not arrive."""


class Away(Unsent):
    """The server was not reached, or did not answer: others wait there in vain, too."""


def send_mail(mail: Mail, letter: Letter, to: str) -> None:
    """To one of its recipients, so that whom the server refuses costs no other a second message.

    By SMTP (RFC 5321), encrypted before anything is said (RFC 3207, 8314) and the server's name verified.
    """
    try:
        with _connected(mail) as server:
            if mail.user:
                server.login(mail.user, mail.password.reveal())
            server.send_message(_message(mail, letter), to_addrs=[to])
    except smtplib.SMTPAuthenticationError:
        raise Unsent(f"{mail.host} refuses user {mail.user} or the password") from None
    except smtplib.SMTPResponseException as error:
        raise Unsent(f"{mail.host} says {error.smtp_code}: {_words(error.smtp_error)}") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise Unsent(f"{mail.host} refuses {', '.join(error.recipients)}") from None
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: a host that cannot be one
        raise Away(f"{mail.host}: {shown(str(error)) or type(error).__name__}") from None


def _connected(mail: Mail) -> smtplib.SMTP:
    if mail.tls == "implicit":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=PATIENCE, context=trust(mail.ca_file))
    server = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE)
    if mail.tls == "starttls":
        try:
            server.starttls(context=trust(mail.ca_file))
        except BaseException:
            server.close()
            raise
    return server


def trust(ca_file: str) -> ssl.SSLContext:
    """Who is believed to be a server: the system's authorities, or those of a file."""
    return ssl.create_default_context(cafile=ca_file or None)


def _message(mail: Mail, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = f"Ropeway: {shown(letter.title)}"
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    message["Date"] = format_datetime(datetime.fromisoformat(letter.time))
    message["Message-ID"] = make_msgid(f"ropeway{letter.number}", domain=mail.sender.rpartition("@")[2] or "ropeway")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{letter.text}\n\n{letter.time}, machine {letter.machine}\n")
    return message


def _words(answer: bytes | str) -> str:
    return shown(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)


def post(webhook: Webhook, letter: Letter) -> None:
    """By HTTPS; any answer of the 200s means that it arrived."""
    import httpx2

    headers = {"Content-Type": "application/json"}
    if webhook.authorization.reveal():
        headers["Authorization"] = webhook.authorization.reveal()
    try:
        answer = httpx2.post(
            webhook.url,
            content=msgspec.json.encode(letter),
            headers=headers,
            verify=trust(webhook.ca_file),
            timeout=PATIENCE,
        )
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as error:
        raise Away(f"the webhook: {shown(str(error)) or type(error).__name__}") from None
    if not answer.is_success:
        raise Unsent(f"the webhook answers {answer.status_code}")
