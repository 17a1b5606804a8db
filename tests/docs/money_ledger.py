"""The figures of the page on money about the books: the entries of each step, and what settles what."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules
from sop_engine.freight.rules import RuleError
from sop_engine.freight.subledger.allocation import OpenItem, Standing, Wanted, settle_new
from sop_engine.freight.subledger.credit_notes import Note, take_back
from sop_engine.freight.subledger.exchange import relieved, worth_of
from sop_engine.freight.subledger.papers import (
    ChargedLine,
    CollectedCash,
    CreditNotePaper,
    PaidOutCash,
    PaymentPaper,
    ReceiptPaper,
    RefundPaper,
)
from sop_engine.freight.subledger.posting import LedgerRules, Posting
from tests.docs.computed_page import table
from tests.docs.money_charges import BILLED_ON, SHIPMENT, bills, invoice
from tests.docs.money_customs import cny

CUSTOMER = "East Lake Wine"
PAID_ON = BILLED_ON + timedelta(days=28)
TODAY = date(2026, 6, 30)
CREDITED = ChargedLine(service="CUSIMP", amount=cny("100"), vat_rate=Decimal("0.06"))


@cache
def ledger() -> LedgerRules:
    return load_rules(content_root() / "ledger.yaml", LedgerRules)


@cache
def postings() -> tuple[Posting, ...]:
    """Every step of the example's money, in the order of its days."""
    paper, (carrier, haulier) = invoice(), bills()
    assert paper.disbursements is not None
    note = CreditNotePaper(
        number="CN-7",
        refers_to=paper.number,
        customer=CUSTOMER,
        reason="agreed rebate",
        issued_on=PAID_ON,
        lines=(CREDITED,),
    )
    received = paper.gross + cny("400")
    over = received - (paper.gross - note.gross)
    receipt = ReceiptPaper(
        bank_ref="BANK-31",
        customer=CUSTOMER,
        received_on=PAID_ON,
        amount=received,
        settles=(Wanted(paper.number),),
    )
    refund = RefundPaper(number="RF-3", customer=CUSTOMER, paid_on=PAID_ON, amount=over)
    cash = CollectedCash(
        cod_no="COD-5",
        sender="Hangzhou Silk",
        receiver="Mei",
        amount=cny("3000"),
        agreed=cny("3000"),
        collected_on=date(2026, 1, 31),
    )
    handed_over = PaidOutCash(
        cod_no="COD-5",
        sender="Hangzhou Silk",
        voucher_no="P-90",
        amount=cny("2970"),
        fee=cny("30"),
        paid_on=date(2026, 2, 27),
    )
    paid = [
        PaymentPaper(
            payment_ref=f"PAY-{bill.bill_no}",
            supplier=bill.supplier,
            paid_on=bill.due_on,
            amount=bill.gross,
            settles=(Wanted(bill.bill_no),),
        )
        for bill in (carrier, haulier)
    ]
    tax: dict[str, Any] = {"business_key": f"{SHIPMENT}.tax_payment:tax", "amount": paper.disbursements.model_dump()}
    months = ledger().policy.cod_settle_months
    return (
        ledger().posting("tax_paid_for_customer", tax),
        ledger().posting("invoice_issued", paper.values()),
        *(ledger().posting("supplier_bill", bill.values()) for bill in (carrier, haulier)),
        ledger().posting("invoice_reversed", note.values(note.vat)),
        ledger().posting("money_received", receipt.values()),
        ledger().posting("money_returned", refund.values()),
        *(ledger().posting("supplier_paid", each.values()) for each in paid),
        ledger().posting("cod_collected", cash.values(months)),
        ledger().posting("cod_handed_in", {"business_key": cash.cod_no, "amount": cash.amount.model_dump()}),
        ledger().posting("cod_paid", handed_over.values()),
    )


def entries() -> str:
    def rows() -> Iterator[tuple[object, ...]]:
        for posting in postings():
            for index, line in enumerate(posting.lines):
                step = f"{ledger().entries[posting.entry].title.en}, {posting.business_key}" if index == 0 else ""
                sides = (line.amount, None) if line.side == "debit" else (None, line.amount)
                yield step, f"{line.account} {line.title['en']}", *sides

    return table(("Step", "Account", "Debit", "Credit"), rows(), ("Debit", "Credit"))


@cache
def balances() -> dict[str, Decimal]:
    """Account -> debits less credits after all steps."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for posting in postings():
        for line in posting.lines:
            sums[line.account] += line.amount if line.side == "debit" else -line.amount
    return dict(sorted(sums.items()))


def trial_balance() -> str:
    rows: list[tuple[object, ...]] = [
        (f"{account} {ledger().accounts[account].en}", *_sides(balance)) for account, balance in balances().items()
    ]
    both = [sum((max(sign * each, Decimal()) for each in balances().values()), Decimal()) for sign in (1, -1)]
    whole = ("**Sum**", *(f"{each:,.2f}" for each in both))
    return table(("Account", "Debit", "Credit"), [*rows, whole], ("Debit", "Credit"))


def settling() -> str:
    """One receipt against three invoices, named or not."""
    late = (("INV-1", "400", 40), ("INV-2", "500", 10), ("INV-3", "300", -5))
    invoices = [item_of(reference, amount, days) for reference, amount, days in late]

    def rows() -> Iterator[tuple[object, ...]]:
        for words, amount, wanted, oldest in (
            ("names INV-2, in full", "500", (Wanted("INV-2"),), False),
            ("names INV-2, too little", "480", (Wanted("INV-2"),), False),
            (
                "names INV-3 and INV-1 with amounts",
                "450",
                (Wanted("INV-3", Decimal(300)), Wanted("INV-1", Decimal(150))),
                False,
            ),
            ("asks for the oldest first", "1000", (), True),
            ("names INV-1, too much", "430", (Wanted("INV-1"),), False),
            ("names nothing", "700", (), False),
        ):
            money = Standing(item_of("BANK", f"-{amount}", 0), wanted)
            moved = settle_new(money, [Standing(each) for each in invoices], oldest_first=oldest)
            left = Decimal(amount) - sum((each.amount for each in moved), Decimal())
            yield Decimal(amount), words, ", ".join(f"{each.target} {each.amount}" for each in moved), left

    open_items = ", ".join(f"{each.reference} {each.balance} due {each.due_on}" for each in invoices)
    heads = ("Received", "The customer", "Settles", "Unapplied credit")
    return f"Open: {open_items}.\n\n{table(heads, rows(), (heads[0], heads[3]))}"


def exchange() -> str:
    """A receivable in dollars, paid in three parts, each at the rate of its day."""
    owed, rate, parts = (
        Decimal(1000),
        Decimal("7.0123"),
        (("333.33", "6.9501"), ("333.33", "7.1234"), ("333.34", "7.0007")),
    )
    worth = worth_of(owed, rate, ledger().currency)

    def rows() -> Iterator[tuple[object, ...]]:
        balance, left = owed, worth
        for amount, day_rate in parts:
            taken = relieved(balance, left, Decimal(amount), ledger().currency)
            came = worth_of(Decimal(amount), Decimal(day_rate), ledger().currency)
            balance, left = balance - Decimal(amount), left - taken
            yield f"USD {amount}", day_rate, f"{came:,.2f}", f"{taken:,.2f}", f"{came - taken:,.2f}", f"{left:,.2f}"

    heads = ("Paid", "Rate", "Came in", "Taken from the receivable", "Gained", "Receivable left")
    gains = f"An invoice of USD {owed:,} at {rate} is worth CNY {worth:,.2f}."
    return f"{gains}\n\n{table(heads, rows(), heads[1:])}"


def credit_note() -> str:
    paper = invoice()
    charged, days = paper.charged(), {"charged_on": paper.issued_on, "noted_on": PAID_ON}
    rate = CREDITED.vat_rate
    taxed, last = charged.rates[rate], Decimal("100.10")
    halves = [(taxed.net - last) / 2, (taxed.net - last) / 2, last]
    notes: list[Note] = []
    for half in halves:
        notes.append(Note({rate: half}, take_back(charged, notes, Note({rate: half}), **days)))
    refused = []
    for wrong, net in ((rate, taxed.net + 1), (Decimal("0.13"), Decimal("500.00"))):
        try:
            take_back(charged, (), Note({wrong: net}), **days)
        except RuleError as error:
            refused.append(f"- A note over {net:,} without VAT is refused: `{error}`.")
    assert len(refused) == 2
    assert sum(note.vat or 0 for note in notes) == taxed.vat
    shares = ", ".join(f"{note.vat:,} on {half:,}" for note, half in zip(notes, halves, strict=True))
    return "\n".join([f"- Of the {taxed.vat:,} VAT on {taxed.net:,}, three notes take {shares}.", *refused])


def item_of(reference: str, balance: str, days_late: int) -> OpenItem:
    due_on = TODAY - timedelta(days=days_late)
    return OpenItem(reference, reference, Decimal(balance), due_on - timedelta(days=30), due_on)


def _sides(balance: Decimal) -> tuple[str | None, str | None]:
    if not balance:
        return None, None
    return (f"{balance:,.2f}", None) if balance > 0 else (None, f"{-balance:,.2f}")
