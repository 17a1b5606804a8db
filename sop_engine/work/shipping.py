"""What a shipment needs before it moves: its papers, the law's periods, a number."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from sop_engine.freight.cargo_acceptance import OfferedCargo
from sop_engine.freight.document_checklist import ShipmentKind
from sop_engine.freight.document_comparison import ShippingPapers
from sop_engine.work.contract import Gives, Takes, Work, told


class RequiredPaper(Gives):
    """One paper of a shipment's list."""

    type: Annotated[str, told("Document")]
    needed: Annotated[bool, told("Whether it holds the shipment up")]
    source: Annotated[str, told("Who makes it")]


class Checklist(Gives):
    """The papers that a shipment needs."""

    required_documents: Annotated[tuple[RequiredPaper, ...], told("The papers, in the table's order")]


class ScreenedCargo(Gives):
    """Whether it is carried."""

    acceptable: Annotated[bool, told("Whether nothing stands against it")]
    reason: Annotated[str, told("Everything that stands against it")]


class DifferingField(Gives):
    """A field on which the papers do not agree, as each of them writes it."""

    field: Annotated[str, told("Field")]
    consignment: Annotated[str | None, told("On the consignment note")]
    declaration: Annotated[str | None, told("On the declaration")]
    transport_document: Annotated[str | None, told("On the transport document")]


class ComparedPapers(Gives):
    """Where three papers differ."""

    differences: Annotated[tuple[DifferingField, ...], told("The fields on which they differ")]


class WantedNumber(Takes):
    """A register that gives numbers to papers."""

    of: Annotated[str, told("Register")] = Field(alias="register")


class GivenNumber(Gives):
    """A number that nothing else has."""

    number: Annotated[str, told("Number")]


class ClockQuestion(Takes):
    """What has happened, by the names that the table gives it."""

    table: Annotated[Literal["customs", "filings", "claims", "commercial"], told("Table of the law")]
    events: Annotated[dict[str, AwareDatetime | date | None], told("Day or instant of each event")]
    facts: Annotated[dict[str, str], told("What the rules ask for to be applicable")] = Field(default_factory=dict)


class LegalPeriod(Gives):
    """A period of law that runs."""

    id: Annotated[str, told("Id of the rule")]
    en: Annotated[str, told("Title in English")]
    zh: Annotated[str, told("Title in Chinese")]
    starts: Annotated[str, told("Event that starts it")]
    starts_on: Annotated[date | datetime, told("When it starts")]
    period: Annotated[str | None, told("Length")]
    before: Annotated[bool, told("Whether it is counted back from the event")]
    roll: Annotated[str, told("How its last day moves off a day without work")]
    on_expiry: Annotated[str, told("What follows when it is over")]
    effect: Annotated[str, told("What it does")]
    code: Annotated[str, told("Code of the DCSA")]
    restarted_by: Annotated[str, told("Event that starts it again")]
    rule: Annotated[str, told("The rule, in the text that holds")]


class RunningPeriods(Gives):
    """The periods of law that run for a case."""

    clocks: Annotated[tuple[LegalPeriod, ...], told("The periods")]


class PlannedVoyage(Takes):
    """Where a consignment goes, and when."""

    direction: Annotated[Literal["export", "import", "domestic"], told("Direction")]
    transport_mode: Annotated[str, told("Mode of transport")]
    destination: Annotated[str | None, told("UN/LOCODE of the destination")] = None
    packing: Annotated[Literal["container", "other"], told("Packing")] = "container"
    distance: Annotated[Literal["deep_sea", "short_sea"], told("Distance")] = "deep_sea"
    loading_at: Annotated[AwareDatetime | None, told("Loading")] = None
    etd_at: Annotated[AwareDatetime | None, told("Estimated departure")] = None
    eta_at: Annotated[AwareDatetime | None, told("Estimated arrival")] = None


class DueFiling(Gives):
    """A filing, and when it must be accepted."""

    id: Annotated[str, told("Id of the rule")]
    code: Annotated[str, told("Code of the DCSA")]
    en: Annotated[str, told("Title in English")]
    zh: Annotated[str, told("Title in Chinese")]
    due_at: Annotated[datetime, told("When it must be accepted")]
    on_expiry: Annotated[str, told("What follows when it is late")]
    rule: Annotated[str, told("The rule, in the text that holds")]


class DueFilings(Gives):
    """The advance filings of a consignment."""

    filings: Annotated[tuple[DueFiling, ...], told("The filings, the next one first")]


DOCUMENT_CHECKLIST = Work("document_checklist", "Lists the papers that a shipment needs.", ShipmentKind, Checklist)
CARGO_ACCEPTANCE = Work(
    "cargo_acceptance", "Screens goods by the firm's list, in the rules of the day.", OfferedCargo, ScreenedCargo
)
COMPARE_DOCUMENTS = Work("compare_documents", "Compares what three papers say.", ShippingPapers, ComparedPapers)
NEXT_NUMBER = Work(
    "next_number",
    "Gives out the next number of a register; the same work gets the same one, however often it is tried.",
    WantedNumber,
    GivenNumber,
    writes="number",
)
LEGAL_CLOCKS = Work("legal_clocks", "Finds the periods of law that run.", ClockQuestion, RunningPeriods)
ADVANCE_FILINGS = Work("advance_filings", "Lists the filings that must go ahead.", PlannedVoyage, DueFilings)
