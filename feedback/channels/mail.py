"""The mail server: SMTP in the clear, with STARTTLS or under TLS from the start. A mail server does not know a repeated message: see feedback/channels/README.md."""

import asyncio
import contextlib
import smtplib
import ssl
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from feedback.actions.sending import Message, Undelivered
from feedback.rules.outbox import Fault

PATIENCE = 15.0
"""Seconds for each answer of the server."""
LONGEST = 40.0
"""Seconds for the whole conversation, however slowly the server speaks: a batch of such must end before another worker takes it."""
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_NOT_AUTHENTICATED = frozenset({530, 534, 535})


class Server:
    """Sends through smtp://, smtp+starttls:// or smtps://, with the user and password of the address if it has any."""

    def __init__(self, url: str, sender: str, *, patience: float = PATIENCE) -> None:
        self._url, self._sender, self._patience = urlsplit(url), sender, patience

    async def __call__(self, message: Message) -> None:
        """Returns when the server has taken the message. Raises Undelivered."""
        try:
            written = self._written(message)
            async with asyncio.timeout(LONGEST):
                await asyncio.to_thread(self._send, written)
        except TimeoutError:
            raise Undelivered(Fault.TIMEOUT) from None
        except smtplib.SMTPRecipientsRefused as fault:
            raise _refusal(next(iter(fault.recipients.values()))[0]) from None
        except smtplib.SMTPResponseException as fault:
            raise _refusal(fault.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise Undelivered(Fault.REFUSED, "SMTPNotSupportedError") from None
        except (smtplib.SMTPException, OSError) as fault:
            late = isinstance(fault.__context__, TimeoutError)  # smtplib says that it was cut off
            raise Undelivered(Fault.TIMEOUT if late else Fault.UNREACHABLE, type(fault).__name__) from None
        except (ValueError, MessageError) as fault:
            raise Undelivered(Fault.REFUSED, type(fault).__name__) from None

    def _written(self, message: Message) -> EmailMessage:
        """Raises ValueError for an address or a subject with a line break in it."""
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.to, message.subject
        mail["Date"] = format_datetime(message.at)
        # The same for every try: what sorts mail by it keeps one.
        mail["Message-ID"] = f"<{message.token}@{self._sender.rpartition('@')[2].rstrip('>') or 'minsheng'}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail

    def _send(self, mail: EmailMessage) -> None:
        url, secure = self._url, ssl.create_default_context()
        host, port = url.hostname or "localhost", url.port or _PORTS[url.scheme]
        if url.scheme == "smtps":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self._patience, context=secure)
        else:
            connection = smtplib.SMTP(host, port, timeout=self._patience)
        try:
            if url.scheme == "smtp+starttls":
                connection.starttls(context=secure)
            if url.username:
                connection.login(unquote(url.username), unquote(url.password or ""))
            connection.send_message(mail)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.quit()  # it is taken already: how the server says goodbye does not make it fail
        finally:
            connection.close()


def _refusal(code: int) -> Undelivered:
    """5xx is for good, 4xx is "later" (RFC 5321, 4.2.1); a wrong password is told as such."""
    if code in _NOT_AUTHENTICATED:
        return Undelivered(Fault.SIGNATURE, f"SMTP {code}")
    return Undelivered(Fault.REFUSED if code >= 500 else Fault.SERVER, f"SMTP {code}")
