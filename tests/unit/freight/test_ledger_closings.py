"""Ten thousand random invoices and bills close to nought, by notes, receipts, releases and reversals in any order."""

from decimal import Decimal
from typing import Any

import pytest

from sop_engine.freight.money import Money
from sop_engine.freight.party_keys import party_key
from sop_engine.freight.subledger.credit_notes import Charged, Note, take_back
from sop_engine.freight.subledger.papers import (
    BillPaper,
    BillReversalPaper,
    CreditNotePaper,
    InvoicePaper,
    ReceiptPaper,
    RefundPaper,
)
from tests.unit.freight.ledger_closings import DAY, Step, World
from tests.unit.freight.ledger_invariants import check
from tests.unit.freight.ledger_sequences import RULES, Act, PureBooks

WORLDS = 2_000
PARTS = 4
RECEIVABLE, PAYABLE = RULES.uses.receivable, RULES.uses.payable


class Clerk:
    """Does each piece of work on books kept from the pure rules alone."""

    def __init__(self) -> None:
        self.books = PureBooks()
        self._charged: dict[str, Charged] = {}
        """Side -> its one paper."""
        self._notes: dict[str, list[Note]] = {"receivable": [], "payable": []}
        self._count = 0

    def do(self, step: Step) -> None:
        values = step.values
        match step.work:
            case "issue_invoice":
                invoice = InvoicePaper.model_validate(values)
                self._charged["receivable"] = invoice.charged()
                self.post("invoice_issued", invoice.values())
            case "issue_credit_note":
                credit = CreditNotePaper.model_validate(values)
                self.post("invoice_reversed", credit.values(self._taken("receivable", credit.note())))
            case "record_bill":
                bill = BillPaper.model_validate({name: each for name, each in values.items() if name != "accepted_by"})
                self._charged["payable"] = bill.charged()
                self.post("supplier_bill", bill.values())
            case "reverse_bill":
                reversal = BillReversalPaper.model_validate(values)
                self.post("supplier_bill_reversed", reversal.values(self._taken("payable", reversal.note())))
            case "record_receipt":
                self.post("money_received", ReceiptPaper.model_validate(values).values())
            case "refund_customer":
                self.post("money_returned", RefundPaper.model_validate(values).values())
            case "release_receipt" | "allocate_receipt":
                self._act(step.work.removesuffix("_receipt"), values)
            case _:
                raise AssertionError(step.work)

    def post(self, entry: str, values: dict[str, Any]) -> None:
        # What reverses a paper goes at the rate of that, which the books of the records look up.
        currency = next(iter(self._charged.values())).currency if self._charged else values["amount"]["currency"]
        rated = {**values, "rate": values.get("rate") or (Decimal("7.1234") if currency != "CNY" else None)}
        self._count += 1
        self.books.attempt(Act(str(self._count), entry, rated))

    def owed(self, account: str) -> Decimal:
        return sum((owed for place, owed in self.books.party_totals().items() if place[0] == account), Decimal())

    def open(self) -> list[str]:
        """References of the customer's papers that are not settled."""
        items = self.books.items.values()
        return [each.item.reference for each in items if each.item.balance]

    def _taken(self, side: str, note: Note) -> Money:
        charged = self._charged[side]
        vat = take_back(charged, self._notes[side], note, charged_on=DAY, noted_on=DAY)
        self._notes[side].append(note._replace(vat=vat))
        return Money(amount=vat, currency=charged.currency)

    def _act(self, kind: str, values: dict[str, Any]) -> None:
        self._count += 1
        act = Act(str(self._count), kind, account=RECEIVABLE, party=values["customer"], reference=values["reference"])
        self.books.attempt(act)


@pytest.mark.parametrize("part", range(PARTS))
def test_thousands_of_accounts_close_to_nought(part: int) -> None:
    for seed in range(part, WORLDS, PARTS):
        world, clerk = World(seed), Clerk()
        for step in world.steps():
            clerk.do(step)
        check(clerk.books)
        owed, payable = clerk.owed(RECEIVABLE), -clerk.owed(PAYABLE)
        if owed > 0:
            clerk.do(world.receipt("REST-1", owed))
        elif owed < 0:
            clerk.do(world.refund(-owed))
        if payable:
            clerk.post("supplier_paid", world.payment(payable))
        for reference in clerk.open():
            clerk.do(world.allocation(reference))
        check(clerk.books)
        assert clerk.open() == [], seed
        assert not any(clerk.books.party_totals().values()), seed
        assert not any(clerk.books.worths.values()), seed
        assert {place[1] for place in clerk.books.places.values()} <= {
            party_key(world.customer),
            party_key(world.supplier),
        }, seed
