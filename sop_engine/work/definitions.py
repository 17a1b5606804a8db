"""Publishing a procedure's draft, once a case about it was approved."""

from typing import Annotated

from pydantic import Field

from sop_engine.freight.subledger.papers import Text
from sop_engine.work.contract import Gives, Takes, Work, told


class DraftToPublish(Takes):
    """A draft that was approved."""

    sop: Annotated[Text, told("Procedure")]
    version: Annotated[int, told("Version of the draft"), Field(ge=1)]
    content_hash: Annotated[Text, told("Hash of the draft, as it was told when it was kept")]
    approved_by: Annotated[Text, told("Who approved it; not who drafted it")]
    reason: Annotated[Text, told("Reason")]


class Published(Gives):
    """What new cases take from now on."""

    version: Annotated[int, told("Version in force")]
    content_hash: Annotated[str, told("Hash of its text")]


PUBLISH_DEFINITION = Work(
    "publish_definition",
    "Publishes a draft of a procedure, so that new cases take it; refused where the version has another text, "
    "or where who approved it drafted it.",
    DraftToPublish,
    Published,
    writes="content",
)
