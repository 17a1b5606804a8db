"""Money of customers: received, allocated, given back."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from sop_engine.freight.money import Currency
from sop_engine.freight.subledger.allocation import Wanted
from sop_engine.freight.subledger.papers import ReceiptPaper, RefundPaper, Text
from sop_engine.work.contract import EntryId, Gives, Sum, Work, told
from sop_engine.work.receivables import NamedPaper

FollowedBy = Annotated[str, told("The SOP whose open cases follow invoices")]
EarlierCases = Annotated[tuple[Text, ...], told("Cases that followed the same receivable before")]


class BookedReceipt(ReceiptPaper):
    """A receipt of a receivable that other cases may have followed before this one."""

    earlier_cases: EarlierCases = ()


class RecordedReceipt(Gives):
    """The receipt as the books hold it."""

    entry_id: EntryId
    bank_ref: Annotated[str, told("Reference of the bank, as it was first written")]


class BookedEntry(Gives):
    """The entry that was made."""

    entry_id: EntryId


class AskedAllocation(NamedPaper):
    """What the paper shall settle."""

    settles: Annotated[tuple[Wanted, ...], told("Papers to settle; what is due first where none is named")] = ()
    followed_by: FollowedBy = ""


class SettledPaper(Gives):
    """What was settled of one paper."""

    reference: Annotated[str, told("Number of the paper")]
    amount: Annotated[Decimal, told("Settled", "currency of the paper")]
    case: Annotated[str | None, told("The open case that follows it")]


class LeftAmount(Gives):
    """What settles nothing yet."""

    left: Annotated[Decimal, told("Left", "currency of the paper")]


class Allocation(LeftAmount):
    """What the paper settles."""

    settled: Annotated[tuple[SettledPaper, ...], told("By paper")]


class HeldMoney(NamedPaper):
    """Whose money it is, and by which reference the books know it."""

    currency: Annotated[Currency, told("Currency")]
    followed_by: FollowedBy = ""


class OpenInvoice(Gives):
    """An invoice that is open."""

    reference: Annotated[str, told("Number of the invoice")]
    open: Annotated[Sum, told("Open")]
    due_on: Annotated[date, told("Day it is due")]
    disputed: Annotated[Sum, told("In dispute")]
    case: Annotated[str | None, told("The open case that follows it")]


class OpenInvoices(Gives):
    """What the money could settle."""

    left: Annotated[Sum, told("What settles nothing yet")]
    lines: Annotated[tuple[OpenInvoice, ...], told("By invoice")]


class FollowedInvoice(NamedPaper):
    """An invoice that this case follows."""

    earlier_cases: EarlierCases = ()


class MoneyOfOthers(Gives):
    """Money that another case booked for an invoice."""

    bank_ref: Annotated[str, told("Reference of the paper")]
    amount: Annotated[Sum, told("What it settles of the invoice")]
    received_on: Annotated[date, told("Day it came")]


class AllocatedMoney(Gives):
    """What others booked for an invoice."""

    lines: Annotated[tuple[MoneyOfOthers, ...], told("By paper, the oldest first")]


class ReturnedMoney(RefundPaper):
    """Money back to a customer, by an approved request, out of one credit."""

    request_no: Annotated[Text, told("Approved request")]
    reference: Annotated[Text, told("The paper that the credit is from")]


RECORD_RECEIPT = Work(
    "record_receipt",
    "Books money from a customer; refuses a bank reference that another case has booked, but for an earlier one of the "
    "same receivable.",
    BookedReceipt,
    RecordedReceipt,
    writes="money",
)
REFUND_CUSTOMER = Work("refund_customer", "Books money back to a customer.", RefundPaper, BookedEntry, writes="money")
ALLOCATE_RECEIPT = Work("allocate_receipt", "Settles papers by a receipt.", AskedAllocation, Allocation, writes="money")
RELEASE_RECEIPT = Work(
    "release_receipt", "Takes back all that a paper settled.", NamedPaper, LeftAmount, writes="money"
)
ASSIGN_RECEIPT = Work(
    "assign_receipt", "Says whose an unidentified receipt is.", NamedPaper, LeftAmount, writes="money"
)
OPEN_INVOICES = Work("open_invoices", "Lists what a customer's money could settle.", HeldMoney, OpenInvoices)
ALLOCATED_MONEY = Work(
    "allocated_money", "Lists what other cases booked for an invoice.", FollowedInvoice, AllocatedMoney
)
RETURN_CREDIT = Work(
    "return_credit",
    "Books the return of a credit by an approved request; refuses more than the credit.",
    ReturnedMoney,
    BookedEntry,
    writes="money",
)
