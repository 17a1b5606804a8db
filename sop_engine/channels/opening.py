"""The channels of a site made ready, by what the file says and the settings hold. One without settings is closed."""

from __future__ import annotations

from collections.abc import Mapping

from sop_engine.cases.written.channels import ChannelSpec
from sop_engine.channels.chat import chat
from sop_engine.channels.http_gateway import HttpGateway
from sop_engine.channels.mail import MailServer
from sop_engine.channels.outbound import Outbound
from sop_engine.channels.smtp import SmtpChannel
from sop_engine.channels.webhooks import Webhook


def opened(
    channels: Mapping[str, ChannelSpec], settings: Mapping[str, str], mail: MailServer | None
) -> dict[str, Outbound | None]:
    """The channels that are open; none stands for one within the house. `settings` are by their names, `SOP_…`."""
    made: dict[str, Outbound | None] = {}
    for name, spec in channels.items():
        secret = settings.get(spec.secret, "") if spec.secret is not None else ""
        url = settings.get(spec.url_from, "") if spec.url_from is not None else spec.url or ""
        if spec.secret is not None and not secret:
            continue
        match spec.kind:
            case "in_app":
                made[name] = None
            case "smtp" if mail is not None:
                made[name] = SmtpChannel(mail)
            case "http" if url:
                made[name] = HttpGateway(spec, url, secret)
            case "webhook" if url or spec.from_data:
                made[name] = Webhook(spec, url or None, secret)
            case "apprise" if secret and (target := chat(secret, spec.timeout_seconds)) is not None:
                made[name] = target
            case _:
                pass
    return made
