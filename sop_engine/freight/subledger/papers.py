"""The papers of the sub-ledger as they are handed in, and the values by which the posting rules know them.

Each `values()` uses the names that the SOPs use for the same things, so that a posting from a case's own data and one
from a paper are one thing to the ledger.
"""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from sop_engine.basis.faults import Fault
from sop_engine.basis.models import Frozen
from sop_engine.freight.identifiers import uscc
from sop_engine.freight.money import Money, check_amount, smallest_unit, total
from sop_engine.freight.rules import RuleError
from sop_engine.freight.subledger.allocation import Wanted
from sop_engine.freight.subledger.cod import settle_by
from sop_engine.freight.subledger.credit_notes import Charged, Note, charged_by, nets_by_rate

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Month = Annotated[str, Field(pattern=r"^(19|2\d)\d{2}-(0[1-9]|1[0-2])$")]
Rate = Annotated[Decimal, Field(gt=0, lt=1_000_000)]
"""Book currency for one unit of the paper's currency, on the day the charge was booked."""
Settles = tuple[Wanted, ...] | Literal["oldest"]


class Paper(Frozen):
    """What every paper may say."""

    month: Month | None = None
    """The accounting month, where it is not that of the posting."""
    rate: Rate | None = None
    shipment: Text | None = None

    def _common(self) -> dict[str, Any]:
        return {"month": self.month, "rate": self.rate, "shipment": self.shipment}


class ChargedLine(Frozen):
    """A service and its price without VAT. A rate is a share: 0.06 is 6 %."""

    service: Text
    amount: Money
    vat_rate: Decimal = Field(default=Decimal(), ge=0, lt=1)
    shipment: Text | None = None


class ChargedPaper(Paper):
    """An invoice, a credit note or a bill: lines with VAT, rounded half up once per rate."""

    lines: tuple[ChargedLine, ...] = ()
    disbursements: Money | None = None
    """Paid on the customer's behalf and passed on without margin or VAT of ours."""

    @property
    def currency(self) -> str:
        return (*(line.amount for line in self.lines), *([self.disbursements] if self.disbursements else []))[
            0
        ].currency

    @property
    def net(self) -> Money:
        return total((line.amount for line in self.lines), self.currency)

    @property
    def vat(self) -> Money:
        return self._computed_vat()

    def _computed_vat(self) -> Money:
        by_rate: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            by_rate[line.vat_rate] += line.amount.amount
        taxes = (Money.rounded(net * rate, self.currency) for rate, net in by_rate.items())
        return total(taxes, self.currency)

    @property
    def gross(self) -> Money:
        return self.net + self.vat + (self.disbursements or total((), self.currency))

    def charged(self) -> Charged:
        """What it charges at each rate, as credit notes know it."""
        disbursed = self.disbursements.amount if self.disbursements else Decimal()
        return charged_by(self.currency, _nets(self.lines), self.vat.amount, disbursed)

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        amounts = self._amounts()
        if not amounts:
            raise ValueError("it charges nothing: give lines or disbursements")
        if len({amount.currency for amount in amounts}) > 1:
            raise ValueError("it mixes currencies; write one paper for each")
        if any(amount.amount < 0 for amount in amounts):
            raise ValueError("an amount is negative; a credit note lessens an invoice")
        return self

    def _amounts(self) -> list[Money]:
        return [line.amount for line in self.lines] + ([self.disbursements] if self.disbursements else [])

    def _charged(self, vat: Money | None = None) -> dict[str, Any]:
        """With another VAT than that of its lines where one is given."""
        vat = vat if vat is not None else self.vat
        return {
            **self._common(),
            "net": self.net.model_dump(),
            "vat": vat.model_dump(),
            "gross": (self.gross - self.vat + vat).model_dump(),
            "service_lines": [line.model_dump() for line in self.lines],
        }


def _nets(lines: Sequence[ChargedLine]) -> Mapping[Decimal | None, Decimal]:
    net = sum((line.amount.amount for line in lines), Decimal())
    return nets_by_rate(((line.vat_rate, line.amount.amount) for line in lines), net)


class InvoicePaper(ChargedPaper):
    """An invoice to a customer; it holds title, tax number, items, amounts and rates or is not accepted."""

    number: Text
    kind: Literal["transport", "agency"]
    customer: Text
    title: Text
    taxpayer_no: Text
    is_abroad: bool = False
    """The buyer has no Chinese number."""
    tax_invoice_no: str | None = None
    issued_on: date
    due_on: date

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.is_abroad:
            uscc(self.taxpayer_no)
        if self.due_on < self.issued_on:
            raise ValueError(f"due on {self.due_on}, before it is issued on {self.issued_on}")
        return self

    def values(self) -> dict[str, Any]:
        return {
            **self._charged(),
            "disbursements": self.disbursements.model_dump() if self.disbursements else None,
            "business_key": self.number,
            "invoice_kind": self.kind,
            "customer_name": self.customer,
            "buyer_title": self.title,
            "taxpayer_no": self.taxpayer_no,
            "tax_invoice_no": self.tax_invoice_no,
            "issued_on": self.issued_on,
            "due_on": self.due_on,
        }


class CreditNotePaper(ChargedPaper):
    """A red-letter invoice: lessens the invoice it refers to, wholly or in part.

    Its VAT depends on what is left of the invoice: `credit_notes.take_back`.
    """

    number: Text
    refers_to: Text
    customer: Text
    reason: Text
    issued_on: date

    def note(self) -> Note:
        """What it takes back; the VAT comes from the invoice."""
        disbursed = self.disbursements.amount if self.disbursements else Decimal()
        return Note(_nets(self.lines), None, disbursed)

    def values(self, vat: Money) -> dict[str, Any]:
        """With the VAT that it takes back."""
        return {
            **self._charged(vat),
            "disbursements": self.disbursements.model_dump() if self.disbursements else None,
            "business_key": self.number,
            "refers_to": self.refers_to,
            "customer_name": self.customer,
            "void_reason": self.reason,
            "reversed_on": self.issued_on,
        }


class MoneyPaper(Paper):
    """Money that came or went on a day; above nought."""

    amount: Money
    settles: Settles = ()

    @model_validator(mode="after")
    def _some_money(self) -> Self:
        if self.amount.amount <= 0:
            raise ValueError(f"{self.amount} is no payment")
        wishes = () if self.settles == "oldest" else self.settles
        for amount in (wish.amount for wish in wishes if wish.amount is not None):
            if amount <= 0:
                raise ValueError(f"settles {amount} of a paper")
            check_amount(amount, self.amount.currency)
        if sum((wish.amount or Decimal() for wish in wishes), Decimal()) > self.amount.amount:
            raise ValueError(f"settles more than {self.amount}")
        return self

    def _paid(self) -> dict[str, Any]:
        settles = self.settles if self.settles == "oldest" else [wish._asdict() for wish in self.settles]
        return {**self._common(), "amount": self.amount.model_dump(), "settles": settles or None}


class ReceiptPaper(MoneyPaper):
    """Money from a customer; what settles no invoice stays as unapplied credit."""

    bank_ref: Text
    customer: Text
    received_on: date

    def values(self) -> dict[str, Any]:
        return {
            **self._paid(),
            "business_key": self.bank_ref,
            "customer_name": self.customer,
            "received_on": self.received_on,
        }


class RefundPaper(MoneyPaper):
    """Money back to a customer, out of credit that settles nothing."""

    number: Text
    customer: Text
    paid_on: date

    def values(self) -> dict[str, Any]:
        return {
            **self._paid(),
            "business_key": self.number,
            "customer_name": self.customer,
            "paid_on": self.paid_on,
        }


class SupplierPaper(ChargedPaper):
    """A supplier's bill, or what reverses it; each line names the shipment it was for."""

    supplier: Text
    bill_no: Text
    billed_vat: Money | None = None
    """The VAT as the paper says it; its rounding may differ from ours by a smallest unit for each line."""

    @property
    def vat(self) -> Money:
        return self.billed_vat if self.billed_vat is not None else self._computed_vat()

    @model_validator(mode="after")
    def _shipments_named(self) -> Self:
        if self.disbursements is not None:
            raise ValueError("a supplier's bill has lines only")
        if missing := [line.service for line in self.lines if line.shipment is None]:
            raise ValueError("lines without a shipment: " + ", ".join(missing))
        return self

    @model_validator(mode="after")
    def _vat_agrees(self) -> Self:
        computed, unit = self._computed_vat(), smallest_unit(self.currency)
        if abs((self.vat - computed).amount) > unit * len(self.lines):
            raise ValueError(f"its VAT of {self.vat} is not the {computed} that its lines and rates come to")
        return self

    def _split(self, passed_through: Container[str], vat: Money | None = None) -> dict[str, Any]:
        """What is passed through is no cost: the customer owes it. Raises RuleError where it bears VAT."""
        own = tuple(line for line in self.lines if line.service not in passed_through)
        passed = [line for line in self.lines if line.service in passed_through]
        if taxed := [line.service for line in passed if line.vat_rate]:
            raise RuleError(
                [Fault("lines", f"{', '.join(taxed)}: passed through, with VAT of ours on it", "a rate of 0")]
            )
        return {
            **self._charged(vat),
            "net": total((line.amount for line in own), self.currency).model_dump(),
            "disbursements": total((line.amount for line in passed), self.currency).model_dump(),
            "service_lines": [line.model_dump() for line in own],
            "supplier": self.supplier,
            "bill_no": self.bill_no,
        }


class BillPaper(SupplierPaper):
    """A supplier's bill."""

    billed_on: date
    due_on: date

    @model_validator(mode="after")
    def _due_later(self) -> Self:
        if self.due_on < self.billed_on:
            raise ValueError(f"due on {self.due_on}, before it is billed on {self.billed_on}")
        return self

    def values(self, passed_through: Container[str] = ()) -> dict[str, Any]:
        """Raises RuleError where what is passed through bears VAT."""
        return {
            **self._split(passed_through),
            "business_key": f"{self.supplier}:{self.bill_no}",
            "billed_on": self.billed_on,
            "bill_due_on": self.due_on,
        }


def reversal_key(supplier: str, reversal_no: str) -> str:
    """The business key of a reversal: numbers are the supplier's own."""
    return f"{supplier}:{reversal_no}"


class BillReversalPaper(SupplierPaper):
    """A supplier's credit note, or our own voucher for a bill booked in error: takes back a bill or parts of it."""

    reversal_no: Text
    reason: Text
    reversed_on: date

    def note(self, passed_through: Container[str] = ()) -> Note:
        """What it takes back; the VAT comes from the bill where the paper does not say it."""
        own = tuple(line for line in self.lines if line.service not in passed_through)
        passed = total((line.amount for line in self.lines if line.service in passed_through), self.currency)
        return Note(_nets(own), self.billed_vat.amount if self.billed_vat is not None else None, passed.amount)

    def values(self, vat: Money, passed_through: Container[str] = ()) -> dict[str, Any]:
        """With the VAT that it takes back. Raises RuleError where what is passed through bears VAT."""
        return {
            **self._split(passed_through, vat),
            "business_key": reversal_key(self.supplier, self.reversal_no),
            "reversal_no": self.reversal_no,
            "reversed_on": self.reversed_on,
            "void_reason": self.reason,
        }


class PaymentPaper(MoneyPaper):
    """Money to a supplier."""

    payment_ref: Text
    supplier: Text
    paid_on: date

    def values(self) -> dict[str, Any]:
        return {
            **self._paid(),
            "business_key": self.payment_ref,
            "supplier": self.supplier,
            "paid_on": self.paid_on,
        }


class SupplierRefundPaper(MoneyPaper):
    """Money that a supplier pays back of one credit."""

    bank_ref: Text
    supplier: Text
    reference: Text
    """The paper that the credit is from."""
    received_on: date

    def values(self) -> dict[str, Any]:
        return {
            **self._paid(),
            "business_key": self.bank_ref,
            "supplier": self.supplier,
            "settles": [{"reference": self.reference}],
            "received_on": self.received_on,
        }


class CollectedCash(Paper):
    """Cash that a courier took for the sender."""

    cod_no: Text
    sender: Text
    receiver: Text
    amount: Money
    agreed: Money
    collected_on: date

    def values(self, months: int) -> dict[str, Any]:
        """The sender must have it within so many months."""
        return {
            **self._common(),
            "business_key": self.cod_no,
            "sender": self.sender,
            "receiver": self.receiver,
            "amount": self.amount.model_dump(),
            "agreed": self.agreed.model_dump(),
            "collected_on": self.collected_on,
            "settle_by_on": settle_by(self.collected_on, months),
        }


class PaidOutCash(Paper):
    """Cash on delivery paid to its sender, less a fee that we keep."""

    cod_no: Text
    sender: Text
    voucher_no: Text
    amount: Money
    fee: Money | None = None
    paid_on: date

    def values(self) -> dict[str, Any]:
        fee = self.fee or total((), self.amount.currency)
        return {
            **self._common(),
            "business_key": self.voucher_no,
            "cod_no": self.cod_no,
            "sender": self.sender,
            "gross": (self.amount + fee).model_dump(),
            "amount": self.amount.model_dump(),
            "fee": fee.model_dump(),
            "paid_on": self.paid_on,
        }
