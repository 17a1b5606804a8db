"""Carrying errands out again as histories record them, for a repair. Nobody is told anything twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from temporalio.api.failure.v1 import Failure
from temporalio.exceptions import ApplicationError

from activities.documents import DocumentActivities
from activities.notices import NoticeActivities
from sop_engine.basis.faults import SopError
from sop_engine.channels.mail import Mail, MailServer, PermanentMailError
from sop_engine.records.notices import NoticeRepository
from sop_engine.records.numbers import NumberRepository
from sop_engine.temporal.repairing import RedoneErrand


@dataclass(frozen=True)
class MailAsItWas(MailServer):
    """Sends nothing: what was refused is refused again, all else went out when it did."""

    refused: str = ""
    """Everything that was said about refusals."""

    def send(self, mail: Mail) -> None:
        if self.refused and (mail.to in self.refused or mail.key in self.refused):
            raise PermanentMailError(self.refused)


class Redoing:
    """Carries out each kind of errand again."""

    def __init__(
        self,
        numbers: NumberRepository,
        documents: DocumentActivities,
        notices: Callable[[MailServer | None], NoticeActivities],
        kept_notices: NoticeRepository,
        methods: Mapping[str, Callable[[Any], Any]],
    ) -> None:
        self._numbers = numbers
        self._documents = documents
        self._notices = notices
        self._kept_notices = kept_notices
        self._methods = methods
        """The activities by name."""

    def redo(self, asked: RedoneErrand) -> list[str]:
        """Carries an errand out again; what came out otherwise than recorded, or was refused."""
        try:
            match asked.errand.kind:
                case "number":
                    given = asked.given
                    number = str(asked.result.values["number"])
                    self._numbers.restore(given.key, given.values["register"], number, given.case_id, given.at)
                case "document":
                    lost = self._documents.restore(asked.given, asked.result)
                    return [lost] if lost else []
                case "notice":
                    self._notice(asked)
                case _:
                    return self._as_recorded(asked)
        except SopError as error:
            return [error.text()]
        except ApplicationError as error:
            return [f"{error.message}"]
        return []

    def _notice(self, asked: RedoneErrand) -> None:
        """A notice that was refused for good is refused again, and stays readable."""
        recorded = asked.errand.recorded
        by_mail = asked.result is None or asked.result.channel == "mail"
        refused = _said(recorded.failure) if recorded.failure is not None else ""
        mail = MailAsItWas("", 0, "", refused) if by_mail else None
        try:
            self._notices(mail).notify(asked.given)
        except ApplicationError:
            if not refused:
                raise
        self._kept_notices.restore(asked.given.key, recorded.ended_at)

    def _as_recorded(self, asked: RedoneErrand) -> list[str]:
        answer = self._methods[asked.errand.activity](asked.given)
        said, recorded = answer.model_dump(mode="json"), asked.result.model_dump(mode="json")
        return [] if said == recorded else [f"came out as {_brief(said)}, recorded as {_brief(recorded)}"]


def _said(failure: Failure) -> str:
    details = b" ".join(payload.data for payload in failure.application_failure_info.details.payloads)
    return f"{failure.message} {details.decode(errors='replace')}"


def _brief(values: Any) -> str:
    text = str(values)
    return text if len(text) <= 200 else text[:199] + "…"
