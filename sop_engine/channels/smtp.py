"""Mail as a channel among others."""

from __future__ import annotations

from dataclasses import dataclass

from sop_engine.channels.mail import Mail, MailServer, PermanentMailError, TransientMailError
from sop_engine.channels.outbound import Message, PermanentError, Taken, TransientError


@dataclass(frozen=True)
class SmtpChannel:
    """A server that takes a message has accepted it; its id is ours, so that a bounce names it."""

    server: MailServer

    def send(self, message: Message) -> Taken:
        """Raises TransientError, PermanentError."""
        mail = Mail(
            key=message.key,
            to=message.to,
            subject=message.subject,
            text=message.text,
            html=message.html,
            at=message.at,
        )
        try:
            self.server.send(mail)
        except PermanentMailError as error:
            raise PermanentError(str(error)) from None
        except TransientMailError as error:
            raise TransientError(str(error)) from None
        return Taken(str(self.server.message(mail)["Message-ID"]))
