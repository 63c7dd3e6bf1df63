"""E-mail to the district's people, over the operator's own mail server."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from classbridge.settings import Settings

TIMEOUT = 20.0
"""Seconds that a mail server may take for an answer."""

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailError(Exception):
    """A message that did not go out. The text names the kind of failure, no address and no content."""


def offered(settings: Settings) -> bool:
    """Whether the operator has named a mail server."""
    return bool(settings.smtp_url and settings.mail_from)


def send(settings: Settings, recipient: str, subject: str, body: str) -> None:
    """Send a plain message; raises `MailError`.

    `settings.smtp_url` is `smtps://` (TLS from the start), `smtp+starttls://` (TLS or nothing), or `smtp://` for
    a server that takes mail without TLS; a name and password in it sign in, each percent-encoded.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, recipient, subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(body)
    try:
        with _server(urlsplit(settings.smtp_url)) as server:
            server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise MailError(type(error).__name__) from None


def _server(url: SplitResult) -> smtplib.SMTP:
    if url.scheme not in _PORTS:
        raise ValueError(url.scheme)
    host, port = url.hostname or "", url.port or _PORTS[url.scheme]
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        if url.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server
