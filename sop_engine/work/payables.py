"""What suppliers may bill and bill: costs agreed and carried out, bills matched with them, bills taken back."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import model_validator

from sop_engine.freight.money import Money
from sop_engine.freight.subledger.matching import Verdict
from sop_engine.freight.subledger.papers import BillPaper, BillReversalPaper, ChargedLine, Paper, Text
from sop_engine.work.contract import EntryId, Gives, Sum, Takes, Work, told
from sop_engine.work.customer_money import BookedEntry

Shipment = Annotated[Text, told("Shipment")]
Supplier = Annotated[Text, told("Supplier")]
Charge = Annotated[Text, told("Code or name of the charge")]


class ContractedCost(Takes):
    """What was agreed with a supplier for a shipment, without VAT."""

    shipment: Shipment
    supplier: Supplier
    charge: Charge
    amount: Annotated[Money, told("Price agreed")]
    basis: Annotated[str, told("What it rests on")] = ""


class CarriedOutCost(Takes):
    """That it was done."""

    shipment: Shipment
    supplier: Supplier
    charge: Charge
    amount: Annotated[Money | None, told("What it came to; as contracted where none is said")] = None


class CostedLine(Takes):
    """A line of a costing, as `compare_costing` gives it."""

    charge: Charge
    payee: Annotated[Text, told("Payee")]
    basis: Annotated[str | None, told("What it rests on")] = None
    agreed: Annotated[Money, told("Price agreed")]
    amount: Annotated[Money, told("What it came to")]


class AgreedCosts(Takes):
    """A costing that was agreed: what suppliers may bill for a shipment."""

    shipment: Shipment
    lines: Annotated[tuple[CostedLine, ...], told("By charge and payee")]


class ExpectedBills(Takes):
    """A question for what is still to be billed."""

    shipment: Shipment
    supplier: Supplier


class ExpectedLine(Gives):
    """A charge of which a bill is expected."""

    charge: Annotated[str, told("Code of the charge")]
    contracted: Annotated[Money | None, told("Price agreed")]
    carried_out: Annotated[Money | None, told("What it came to")]
    billed: Annotated[Money | None, told("Billed of it before")]


class UnpaidBill(Gives):
    """A bill that is booked and not paid."""

    bill_no: Annotated[str, told("Number of the bill")]
    total: Annotated[Sum, told("Open")]
    due_on: Annotated[date, told("Day it is due")]


class SupplierCredit(Gives):
    """What a supplier owes us."""

    reference: Annotated[str, told("The paper that it is from")]
    left: Annotated[Sum, told("What is left of it")]
    shipment: Annotated[str | None, told("Shipment")]
    dated_on: Annotated[date, told("Date of the paper")]


class ExpectedCosts(Gives):
    """What is to be billed and paid, and the credits with the supplier for any shipment."""

    lines: Annotated[tuple[ExpectedLine, ...], told("By charge")]
    unpaid: Annotated[tuple[UnpaidBill, ...], told("Bills that are not paid")]
    credits: Annotated[tuple[SupplierCredit, ...], told("Credits of the supplier")]


class HandedInBill(BillPaper):
    """A bill, and who accepts that it differs from contract or execution.

    Lines that name no shipment are for that of the bill, and without a rate they bear no VAT.
    """

    accepted_by: Annotated[str | None, told("Who accepts that it differs")] = None
    is_part: Annotated[bool, told("Whether the rest of each charge is still to be billed")] = False
    nets_credit: Annotated[bool, told("Whether what the supplier owes us lessens what is paid")] = False

    @model_validator(mode="before")
    @classmethod
    def _lines_completed(cls, given: Any) -> Any:
        return lines_completed(given)


class BilledCharge(Gives):
    """A line of a bill, with what became of it."""

    shipment: Annotated[str, told("Shipment")]
    charge: Annotated[str, told("Code of the charge")]
    contracted: Annotated[Money | None, told("Price agreed that was still to be billed")]
    carried_out: Annotated[Money | None, told("What it came to that was still to be billed")]
    billed: Annotated[Money, told("Billed")]
    verdict: Annotated[Verdict, told("Verdict")]
    difference: Annotated[Decimal, told("Billed less agreed", "currency of the line")]


class MatchedLines(Gives):
    """A bill compared with what was agreed and carried out."""

    agreed: Annotated[bool, told("Whether it may be paid as it stands")]
    difference: Annotated[Decimal, told("Billed less agreed", "currency of the bill")]
    lines: Annotated[tuple[BilledCharge, ...], told("By line of the bill")]


class UsableCredit(Gives):
    """A credit that a bill can be set off against."""

    reference: Annotated[str, told("The paper that it is from")]
    amount: Annotated[Decimal | None, told("How much of it", "currency of the bill")]


class MatchedBill(MatchedLines):
    """The same with what is to be paid."""

    rate: Annotated[Decimal | None, told("Rate of exchange", "book currency for one unit")]
    open: Annotated[Money, told("What is open of the bill")]
    credits: Annotated[tuple[UsableCredit, ...], told("Credits it is set off against")]
    to_pay: Annotated[Sum, told("What is left to pay")]


class RecordedBill(MatchedLines, BookedEntry):
    """A bill that is booked."""


class AskedReversal(Paper):
    """A bill that is taken back, as a whole or by lines."""

    supplier: Supplier
    bill_no: Annotated[Text, told("Number of the bill")]
    reversal_no: Annotated[Text, told("Number of the reversal")]
    reason: Annotated[Text, told("Reason")]
    reversed_on: Annotated[date, told("Date of the reversal")]
    lines: Annotated[tuple[ChargedLine, ...], told("What is taken back; all that is left where nothing is named")] = ()
    billed_vat: Annotated[Money | None, told("VAT as the paper says it")] = None

    @model_validator(mode="before")
    @classmethod
    def _lines_completed(cls, given: Any) -> Any:
        return lines_completed(given)

    def paper(self, lines: Sequence[Mapping[str, Any]] = ()) -> BillReversalPaper:
        """The paper as the sub-ledger takes it, with these lines in place of none."""
        said = self.model_dump(exclude_none=True)
        whole = {**said, "lines": lines, "billed_vat": None} if lines else said
        return BillReversalPaper.model_validate(lines_completed(whole))


class ReversedBill(Gives):
    """A bill that was taken back."""

    entry_id: EntryId
    gross: Annotated[Sum, told("What was taken back")]
    open: Annotated[Money, told("What is open of the bill")]


def lines_completed(given: Any) -> Any:
    """A supplier's paper whose lines are for its own shipment where they name none, and free of VAT without a rate."""
    if not isinstance(given, Mapping) or not isinstance(given.get("lines"), Sequence):
        return given
    lines = [
        {"shipment": given.get("shipment"), **{name: value for name, value in line.items() if value is not None}}
        if isinstance(line, Mapping)
        else line
        for line in given["lines"]
    ]
    return {**given, "lines": lines}


RECORD_COST = Work("record_cost", "Records what a contract or booking says.", ContractedCost, writes="money")
CONFIRM_COST = Work("confirm_cost", "Records that it was done, as operations say.", CarriedOutCost, writes="money")
RECORD_COSTS = Work("record_costs", "Records a costing: as agreed, and as carried out.", AgreedCosts, writes="money")
EXPECTED_COSTS = Work(
    "expected_costs", "Lists what a supplier has still to bill, is owed, and owes us.", ExpectedBills, ExpectedCosts
)
MATCH_BILL = Work("match_bill", "Compares a bill with contract and execution.", HandedInBill, MatchedBill)
RECORD_BILL = Work(
    "record_bill",
    "Books a bill; refuses one that differs, unless somebody accepts it by name.",
    HandedInBill,
    RecordedBill,
    writes="money",
)
REVERSE_BILL = Work("reverse_bill", "Takes back a bill that is booked.", AskedReversal, ReversedBill, writes="money")
