"""Random accounts that are brought to nought: an invoice and a bill, their notes line by line, money, releases.

Everything comes in any order that the papers allow, each time in another spelling. What is left in the end is paid, and
what was released is allocated by a person; then nothing is open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from tests.unit.spellings import spellings

DAY = date(2026, 3, 2)
RATES = (Decimal(), Decimal("0.06"), Decimal("0.09"), Decimal("0.13"))
TAXPAYER = "91110000600037341L"


@dataclass(frozen=True)
class Step:
    """A piece of work by its name, with what it is handed."""

    work: str
    values: dict[str, Any] = field(default_factory=dict)


class World:
    """One customer with an invoice, one supplier with a bill."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self.currency = self._random.choice(("CNY", "CNY", "USD"))
        self._rate = Decimal("7.1234") if self.currency != "CNY" else None
        self.customer, self.supplier = f"Customer-{seed}-C（上海）", f"Supplier-{seed}-S Co., Ltd"
        self.invoice, self.bill = f"INV-{seed}", f"B-{seed}"
        self._seed = seed
        self._released: list[str] = []
        self.paid: list[str] = []
        """References of receipts."""

    def steps(self) -> list[Step]:
        """Everything but the end: each side's steps in the order that its papers allow, both sides mixed."""
        sides = [list(self._customer()), list(self._supplier())]
        mixed = []
        while any(sides):
            side = self._random.choice([side for side in sides if side])
            mixed.append(side.pop(0))
        return mixed

    def _customer(self) -> Iterator[Step]:
        lines = self._lines()
        gross = sum((line["amount"]["amount"] * (1 + line["vat_rate"]) for line in lines), Decimal())
        head = {"kind": "agency", "title": "Any", "taxpayer_no": TAXPAYER, "issued_on": DAY, "due_on": DAY}
        invoice = self._step(
            "issue_invoice", customer=self.customer, number=self.invoice, lines=lines, rate=self._rate, **head
        )
        money = list(self._receipts(gross))
        # Money may come before its invoice.
        early = self._random.randrange(len(money) + 1)
        yield from money[:early]
        yield invoice
        later = [*money[early:], *self._notes(lines)]
        releases = [
            self._step("release_receipt", customer=self.customer, reference=reference)
            for reference in self.paid
            if self._random.random() < 0.4
        ]
        yield from self._shuffled(later)
        yield from releases

    def _supplier(self) -> Iterator[Step]:
        lines = [{**line, "shipment": f"SHP-{self._seed}"} for line in self._lines()]
        given = {"billed_on": DAY, "due_on": DAY, "accepted_by": "huang.tao", "rate": self._rate}
        yield self._step("record_bill", supplier=self.supplier, bill_no=self.bill, lines=lines, **given)
        pieces = [piece for line in lines for piece in self._split(line)]
        self._random.shuffle(pieces)
        if self._random.random() < 0.7:
            pieces = pieces[: self._random.randrange(len(pieces) + 1)]
        for number, taken in enumerate(self._groups(pieces)):
            named = {"reversal_no": f"R-{self._seed}-{number}", "reason": "?", "reversed_on": DAY + timedelta(days=1)}
            yield self._step("reverse_bill", supplier=self.supplier, bill_no=self.bill, lines=taken, **named)

    def _notes(self, lines: list[dict[str, Any]]) -> Iterator[Step]:
        pieces = [piece for line in lines for piece in self._split(line)]
        self._random.shuffle(pieces)
        if self._random.random() < 0.7:
            pieces = pieces[: self._random.randrange(len(pieces) + 1)]
        for number, taken in enumerate(self._groups(pieces)):
            named = {"number": f"CN-{self._seed}-{number}", "reason": "?", "issued_on": DAY + timedelta(days=1)}
            yield self._step("issue_credit_note", customer=self.customer, refers_to=self.invoice, lines=taken, **named)

    def _receipts(self, gross: Decimal) -> Iterator[Step]:
        for number in range(self._random.randrange(3)):
            reference = f"TT-{self._seed}-{number}"
            self.paid.append(reference)
            amount = max(Decimal("0.01"), (gross * self._random.randrange(1, 12) / 10).quantize(Decimal("0.01")))
            settles = self._random.choice([[{"reference": self._spelled(self.invoice)}], "oldest", None])
            yield self.receipt(reference, amount, settles)

    def receipt(self, reference: str, amount: Decimal, settles: Any = "oldest") -> Step:
        """Money of the customer."""
        given = {"amount": self._money(amount), "received_on": DAY, "rate": self._rate, "settles": settles}
        return self._step("record_receipt", customer=self.customer, bank_ref=reference, **given)

    def refund(self, amount: Decimal) -> Step:
        """Money back to the customer."""
        given = {"amount": self._money(amount), "paid_on": DAY, "rate": self._rate, "settles": "oldest"}
        return self._step("refund_customer", customer=self.customer, number=f"RF-{self._seed}", **given)

    def allocation(self, reference: str) -> Step:
        """A person lets a paper settle what is open."""
        return self._step("allocate_receipt", customer=self.customer, reference=reference)

    def payment(self, amount: Decimal) -> dict[str, Any]:
        """The values of an entry that pays the supplier."""
        named = {"supplier": self._spelled(self.supplier), "business_key": f"PAY-{self._seed}", "paid_on": DAY}
        wished = [{"reference": self._spelled(self.bill)}]
        return {**named, "amount": self._money(amount), "settles": wished, "rate": self._rate}

    def _lines(self) -> list[dict[str, Any]]:
        rates = self._random.sample(RATES, self._random.randrange(1, 3))
        most = self._random.choice([200, 10_000, 1_000_000])
        return [
            {
                "service": f"S{index}",
                "amount": self._money(Decimal(self._random.randrange(1, most)) / 100),
                "vat_rate": self._random.choice(rates),
            }
            for index in range(self._random.randrange(1, 4))
        ]

    def _split(self, line: dict[str, Any]) -> list[dict[str, Any]]:
        fen = int(line["amount"]["amount"] * 100)
        cut = self._random.randrange(fen)
        return [{**line, "amount": self._money(Decimal(part) / 100)} for part in (cut, fen - cut) if part]

    def _groups(self, pieces: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
        while pieces:
            count = self._random.randrange(1, 4)
            yield pieces[:count]
            pieces = pieces[count:]

    def _step(self, work: str, **values: Any) -> Step:
        names = ("customer", "supplier", "number", "bill_no", "reversal_no", "refers_to", "bank_ref", "reference")
        spelled = {name: self._spelled(value) if name in names else value for name, value in values.items()}
        return Step(work, {name: value for name, value in spelled.items() if value is not None})

    def _spelled(self, text: str) -> str:
        return spellings(text, self._random.randrange(1000))

    def _money(self, amount: Decimal) -> dict[str, Any]:
        return {"amount": amount, "currency": self.currency}

    def _shuffled(self, steps: list[Step]) -> list[Step]:
        return self._random.sample(steps, len(steps))
