"""Notes take back what was charged, rate by rate, and line by line bring any paper to nought."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from sop_engine.basis.faults import Fault
from sop_engine.freight.money import Money
from sop_engine.freight.rules import RuleError
from sop_engine.freight.subledger.credit_notes import Charged, Note, charged_by, left_of, nets_by_rate, take_back

ISSUED_ON = date(2026, 3, 2)
DAYS = {"charged_on": ISSUED_ON, "noted_on": ISSUED_ON}
SIX, NINE, THIRTEEN = (Decimal(rate) for rate in ("0.06", "0.09", "0.13"))
FEN = Decimal("0.01")


def charged(*lines: tuple[str, Decimal], currency: str = "CNY", disbursements: str = "0") -> Charged:
    nets: dict[Decimal | None, Decimal] = {}
    for amount, rate in lines:
        nets[rate] = nets.get(rate, Decimal()) + Decimal(amount)
    vat = sum((Money.rounded(net * (rate or 0), currency).amount for rate, net in nets.items()), Decimal())
    return charged_by(currency, nets, vat, Decimal(disbursements))


def credited(invoice: Charged, *lines: tuple[str, Decimal]) -> list[Decimal]:
    """The VAT of notes over one line each, one after the other."""
    notes: list[Note] = []
    for amount, rate in lines:
        nets: dict[Decimal | None, Decimal] = {rate: Decimal(amount)}
        notes.append(Note(nets, take_back(invoice, notes, Note(nets), **DAYS)))
    return [note.vat for note in notes if note.vat is not None]


@pytest.mark.parametrize(
    ("amounts", "vats"),
    [
        (("100.09", "250.09", "80.09"), ["6.01", "15.01", "4.80"]),
        (("100.07", "250.07", "80.07"), ["6.00", "15.00", "4.81"]),
    ],
)
def test_notes_line_by_line_close_their_invoice(amounts: Sequence[str], vats: list[str]) -> None:
    """Three lines at 6 %: each bears its own VAT, the last one what is left, a fen less or more."""
    lines = [(amount, SIX) for amount in amounts]
    invoice = charged(*lines)
    assert credited(invoice, *lines) == [Decimal(vat) for vat in vats]
    assert sum(map(Decimal, vats)) == invoice.vat


def test_the_last_net_of_each_rate_takes_the_rest_of_its_own_vat() -> None:
    lines = [("100.09", SIX), ("33.33", NINE), ("250.09", SIX), ("66.66", NINE), ("80.09", SIX)]
    invoice = charged(*lines)
    vats = credited(invoice, *lines)
    assert sum(vats) == invoice.vat
    at_six = [vat for vat, (_, rate) in zip(vats, lines, strict=True) if rate == SIX]
    assert sum(at_six) == invoice.rates[SIX].vat


def test_a_hundred_small_notes_leave_the_last_no_tax_that_it_cannot_bear() -> None:
    """6 % of 0.08 is nothing, of 0.09 a fen: by their own rounding the VAT were all the last note's, or gone early."""
    for amount in ("0.08", "0.09"):
        invoice = charged(*[(amount, SIX)] * 100)
        vats = credited(invoice, *[(amount, SIX)] * 100)
        assert sum(vats) == invoice.vat
        assert max(vats) <= 2 * FEN
        assert vats[-1] <= FEN


def test_a_rate_that_was_never_charged_is_refused() -> None:
    invoice = charged(("1000", SIX), ("1000", NINE))
    with pytest.raises(RuleError) as refused:
        take_back(invoice, (), Note({THIRTEEN: Decimal(500)}), **DAYS)
    assert refused.value.faults == (
        Fault("lines", "500 at 13 % is credited, and nothing was charged at 13 %", "6 %, 9 %"),
    )


def test_at_most_what_was_charged_at_a_rate_is_taken_back() -> None:
    invoice, before = charged(("100", SIX), ("1000", NINE)), [Note({SIX: Decimal(40)}, Decimal("2.40"))]
    assert take_back(invoice, before, Note({SIX: Decimal(60), NINE: Decimal(1)}), **DAYS) == Decimal("3.69")
    with pytest.raises(RuleError, match=r"net: 60.01 at 6 % is credited \(allowed: at most 60\)"):
        take_back(invoice, before, Note({SIX: Decimal("60.01")}), **DAYS)


def test_a_note_is_not_dated_before_its_invoice() -> None:
    invoice, note = charged(("100", SIX)), Note({SIX: Decimal(1)})
    with pytest.raises(RuleError, match=r"2026-03-01 is before .* \(allowed: 2026-03-02 or later\)"):
        take_back(invoice, (), note, charged_on=ISSUED_ON, noted_on=ISSUED_ON - timedelta(days=1))
    assert take_back(invoice, (), note, charged_on=ISSUED_ON, noted_on=ISSUED_ON) == Decimal("0.06")


def test_outlays_are_taken_back_without_vat() -> None:
    invoice = charged(("100", SIX), disbursements="50")
    assert take_back(invoice, (), Note({}, None, Decimal(50)), **DAYS) == 0
    with pytest.raises(RuleError, match=r"disbursements: 50.01 is credited"):
        take_back(invoice, (), Note({}, None, Decimal("50.01")), **DAYS)


def test_a_paper_whose_rates_are_not_known_is_taken_back_as_one_sum() -> None:
    """As one that came from a case without its lines: at most its net and its VAT, the last note all that is left."""
    invoice = charged_by("CNY", {None: Decimal(100)}, Decimal("6.00"), Decimal())
    first = take_back(invoice, (), Note({SIX: Decimal("33.37")}), **DAYS)
    assert first == Decimal("2.00")
    assert take_back(invoice, [Note({SIX: Decimal("33.37")}, first)], Note({SIX: Decimal("66.63")}), **DAYS) == 4
    with pytest.raises(RuleError, match=r"vat: 11.70 is credited"):
        take_back(invoice, (), Note({THIRTEEN: Decimal(90)}), **DAYS)


def test_what_a_supplier_says_of_the_vat_holds_while_the_bill_has_it() -> None:
    bill = charged(("100.09", SIX), ("250.09", SIX), ("80.09", SIX))
    before = [Note({SIX: Decimal("350.18")}, Decimal("21.02"))]
    assert take_back(bill, (), Note({SIX: Decimal("350.18")}, Decimal("21.02")), **DAYS) == Decimal("21.02")
    assert take_back(bill, before, Note({SIX: Decimal("80.09")}, Decimal("4.81")), **DAYS) == Decimal("4.80")
    with pytest.raises(RuleError, match=r"vat: 26.00 is credited"):
        take_back(bill, (), Note({SIX: Decimal(430)}, Decimal("26.00")), **DAYS)


RATES = (Decimal(), Decimal("0.03"), SIX, NINE, THIRTEEN)
UNITS = {"CNY": FEN, "USD": FEN, "JPY": Decimal(1), "KWD": Decimal("0.001")}
PAPERS = 10_000
PARTS = 10

Line = tuple[Decimal, Decimal]
"""A rate and an amount at it."""


@pytest.mark.parametrize("part", range(PARTS))
def test_ten_thousand_papers_close_whatever_is_taken_back_first(part: int) -> None:
    """Invoices and suppliers' bills of random lines, each line split at random, credited in random order and groups."""
    for seed in range(part, PAPERS, PARTS):
        random = Random(seed)
        currency, unit = random.choice(list(UNITS.items()))
        most = random.choice([9, 200, 10_000, 10_000_000])
        rates = random.sample(RATES, random.randrange(1, 4))
        lines = [(random.choice(rates), random.randrange(1, most) * unit) for _ in range(random.randrange(1, 6))]
        paper = _paper(random, lines, currency, unit)
        pieces = [piece for line in lines for piece in _split(random, line, unit)]
        random.shuffle(pieces)
        notes: list[Note] = []
        while pieces:
            taken = [pieces.pop() for _ in range(min(random.randrange(1, 4), len(pieces)))]
            note = Note(nets_by_rate(taken, _net(taken)))
            notes.append(note._replace(vat=take_back(paper, notes, note, **DAYS)))
            _, left = left_of(paper, notes)
            assert all(taxed.net >= 0 <= taxed.vat for taxed in left.rates.values()), seed
        assert not any((left.net, left.vat)), seed
        assert sum(note.vat or 0 for note in notes) == paper.vat, seed


def _paper(random: Random, lines: list[Line], currency: str, unit: Decimal) -> Charged:
    """An invoice with its own VAT, or a bill with the VAT that a supplier says who rounds line by line."""
    nets = nets_by_rate(lines, _net(lines))
    vat = sum((Money.rounded(net * (rate or 0), currency).amount for rate, net in nets.items()), Decimal())
    beyond = random.randrange(-len(lines), len(lines) + 1) * unit if random.random() < 0.5 else Decimal()
    return charged_by(currency, nets, max(vat + beyond, Decimal()), Decimal())


def _split(random: Random, line: Line, unit: Decimal) -> list[Line]:
    rate, amount = line
    count = int(amount / unit)
    cuts = sorted(random.sample(range(1, count), min(random.randrange(3), count - 1))) if count > 1 else []
    return [(rate, (end - start) * unit) for start, end in zip([0, *cuts], [*cuts, count], strict=True)]


def _net(lines: list[Line]) -> Decimal:
    return sum((amount for _, amount in lines), Decimal())
