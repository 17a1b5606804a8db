"""What customers are charged: invoices, credit notes, disputes."""

from decimal import Decimal
from typing import Annotated

from sop_engine.freight.money import Money
from sop_engine.freight.subledger.papers import CreditNotePaper, InvoicePaper, Text
from sop_engine.work.contract import Gives, Sum, Takes, Work, told


class NamedPaper(Takes):
    """One paper of a customer, by the number others know it by."""

    customer: Annotated[Text, told("Customer")]
    reference: Annotated[Text, told("Number of the paper")]


class ChargedSums(Gives):
    """What a paper charges or takes back."""

    net: Annotated[Sum, told("Without VAT")]
    vat: Annotated[Sum, told("VAT")]
    gross: Annotated[Sum, told("In all")]


class DisputedInvoice(NamedPaper):
    """What the customer disputes."""

    amount: Annotated[Money | None, told("Disputed amount; all that is open where none is said")] = None
    reason: Annotated[Text, told("Reason")]


class DisputedAmount(Gives):
    """What is in dispute."""

    disputed: Annotated[Decimal, told("In dispute", "currency of the invoice")]


class OpenAmount(Gives):
    """What is still open."""

    open: Annotated[Decimal, told("Open", "currency of the paper")]


ISSUE_INVOICE = Work(
    "issue_invoice", "Books an invoice to a customer, with its VAT.", InvoicePaper, ChargedSums, writes="money"
)
ISSUE_CREDIT_NOTE = Work(
    "issue_credit_note", "Books a red-letter invoice.", CreditNotePaper, ChargedSums, writes="money"
)
DISPUTE_INVOICE = Work(
    "dispute_invoice",
    "Keeps an invoice out of ageing, dunning and automatic allocation.",
    DisputedInvoice,
    DisputedAmount,
    writes="money",
)
SETTLE_DISPUTE = Work("settle_dispute", "Ends a dispute.", NamedPaper, OpenAmount, writes="money")
