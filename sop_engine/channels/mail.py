"""Mail by SMTP. A message's id comes from what it is about, so that a repeated one is recognisable."""

import smtplib
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from hashlib import sha256

TIMEOUT_SECONDS = 20


class MailError(Exception):
    """Mail that did not go out."""


class TransientMailError(MailError):
    """The server cannot now, or does not let this installation in: worth another try, once it is mended."""


class PermanentMailError(MailError):
    """This message will never be taken, such as for an unknown address."""


@dataclass(frozen=True)
class Mail:
    """One message to one address."""

    key: str
    """The same key and address give the same Message-ID."""
    to: str
    subject: str
    text: str
    html: str
    at: datetime


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over. The connection is encrypted when the server offers it."""

    host: str
    port: int
    sender: str
    """The address in From, with or without a name."""

    def send(self, mail: Mail) -> None:
        """Hands one message over. Raises TransientMailError or PermanentMailError."""
        try:
            message = self.message(mail)
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS) as server:
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls()
                server.send_message(message, to_addrs=[mail.to])
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = error.recipients[mail.to]
            raise _refusal(code, reason) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (ValueError, smtplib.SMTPNotSupportedError) as error:
            raise PermanentMailError(f"{mail.to}: {error}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TransientMailError(f"{self.host}:{self.port}: {error}") from error

    def message(self, mail: Mail) -> EmailMessage:
        """The message as it goes out; the same mail gives the same headers."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.at)
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"
        digest = sha256(f"{mail.key}\n{mail.to}".encode()).hexdigest()[:40]
        message["Message-ID"] = f"<{digest}@{domain}>"
        # RFC 3834: keeps holiday answers from coming back.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message


def _refusal(code: int, reason: bytes | str) -> MailError:
    text = f"{code} {reason.decode(errors='replace') if isinstance(reason, bytes) else reason}"
    return PermanentMailError(text) if code >= 500 else TransientMailError(text)
