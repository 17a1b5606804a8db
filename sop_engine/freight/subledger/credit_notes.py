"""What a paper charged at each rate of VAT, and what notes may take back of it.

Notes are red-letter invoices, and what reverses a supplier's bill. A note bears the VAT on its own net, rounded as any
paper's. The note that takes the last net at a rate takes what is left of the VAT there, so that notes line by line
close the paper. What is left never strays by more than a smallest unit from the VAT on the net that is left: a hundred
small notes could else leave the last one a tax that its net cannot bear.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from sop_engine.basis.faults import Fault
from sop_engine.freight.money import Money, smallest_unit
from sop_engine.freight.rules import RuleError

NOUGHT = Decimal()


class Taxed(NamedTuple):
    """What stands at one rate, without its VAT and of VAT."""

    net: Decimal = NOUGHT
    vat: Decimal = NOUGHT


class Charged(NamedTuple):
    """What a paper charges, or what is left of it. No rate (None) stands for rates that are not known."""

    currency: str
    rates: Mapping[Decimal | None, Taxed]
    disbursements: Decimal = NOUGHT

    @property
    def net(self) -> Decimal:
        return sum((taxed.net for taxed in self.rates.values()), NOUGHT)

    @property
    def vat(self) -> Decimal:
        return sum((taxed.vat for taxed in self.rates.values()), NOUGHT)


class Note(NamedTuple):
    """What is taken back: net amounts by rate, and the VAT where the note says it or is in the books."""

    nets: Mapping[Decimal | None, Decimal]
    vat: Decimal | None = None
    disbursements: Decimal = NOUGHT


def nets_by_rate(lines: Iterable[tuple[Decimal | None, Decimal]], net: Decimal) -> Mapping[Decimal | None, Decimal]:
    """Net amounts by rate; all of it under no rate where the lines do not say what it was charged at."""
    sums: dict[Decimal | None, Decimal] = {}
    for rate, amount in lines:
        sums[rate] = sums.get(rate, NOUGHT) + amount
    if None in sums or sum(sums.values(), NOUGHT) != net:
        return {None: net} if net else {}
    return {rate: amount for rate, amount in sums.items() if amount}


def charged_by(currency: str, nets: Mapping[Decimal | None, Decimal], vat: Decimal, disbursements: Decimal) -> Charged:
    """What a paper charged. A VAT that is not what the rates come to is shared out in proportion to that."""
    own = {rate: _rounded(net * (rate or NOUGHT), currency) for rate, net in nets.items()}
    if sum(own.values(), NOUGHT) != vat:
        if not any(own.values()):
            return Charged(currency, {None: Taxed(sum(nets.values(), NOUGHT), vat)}, disbursements)
        parts = Money(amount=vat, currency=currency).split(tuple(own.values()))
        own = {rate: part.amount for rate, part in zip(own, parts, strict=True)}
    return Charged(currency, {rate: Taxed(net, own[rate]) for rate, net in nets.items()}, disbursements)


def left_of(whole: Charged, notes: Iterable[Note]) -> tuple[Charged, Charged]:
    """The paper, and what is left of it after the notes in their order; by rate where all of them say their rates."""
    notes = tuple(notes)
    if None in whole.rates or any(rate not in whole.rates for note in notes for rate in note.nets):
        whole = _without_rates(whole)
        notes = tuple(note._replace(nets={None: sum(note.nets.values(), NOUGHT)}) for note in notes)
    return whole, reduce(lambda left, note: _less(whole, left, note), notes, whole)


def take_back(charged: Charged, notes: Iterable[Note], note: Note, *, charged_on: date, noted_on: date) -> Decimal:
    """The VAT that a note takes back with its net amounts, after the notes before it.

    Raises RuleError naming each part of which it takes back more than is left, each rate at which nothing was charged,
    and a day before that of the paper.
    """
    whole, left = left_of(charged, notes)
    faults: list[Fault] = []
    if noted_on < charged_on:
        faults.append(
            Fault("dated_on", f"{noted_on} is before the day of what it takes back", f"{charged_on} or later")
        )
    said = note
    if None in whole.rates:
        note = note._replace(nets={None: sum(note.nets.values(), NOUGHT)} if note.nets else {})
    known = ", ".join(_percent(rate) for rate in whole.rates)
    for rate, net in note.nets.items():
        at = f" at {_percent(rate)}" if len(whole.rates) > 1 or rate not in whole.rates else ""
        rest = left.rates.get(rate, Taxed()).net
        if rate not in whole.rates:
            faults.append(
                Fault("lines", f"{net}{at} is credited, and nothing was charged{at}", known or "no net amount")
            )
        elif net > rest:
            faults.append(Fault("net", f"{net}{at} is credited", f"at most {rest}"))
    if note.disbursements > left.disbursements:
        faults.append(Fault("disbursements", f"{note.disbursements} is credited", f"at most {left.disbursements}"))
    if faults:
        raise RuleError(faults)
    vat = _total(_shared(whole, left, note)) if None not in whole.rates else _unrated(left, said)
    is_last = all(net == left.rates[rate].net for rate, net in note.nets.items())
    wanted = vat if said.vat is None or is_last else said.vat
    if not vat == wanted <= left.vat:
        raise RuleError([Fault("vat", f"{wanted} is credited", f"at most {min(vat, left.vat)}")])
    return vat


def _less(whole: Charged, left: Charged, note: Note) -> Charged:
    shares: dict[Decimal | None, Decimal] = {None: note.vat or NOUGHT}
    if None not in whole.rates:
        shares = _shared(whole, left, note)
    rates = {
        rate: Taxed(taxed.net - note.nets.get(rate, NOUGHT), taxed.vat - shares.get(rate, NOUGHT))
        for rate, taxed in left.rates.items()
    }
    return Charged(left.currency, rates, left.disbursements - note.disbursements)


def _shared(whole: Charged, left: Charged, note: Note) -> dict[Decimal | None, Decimal]:
    """The VAT of a note by rate. What it says beyond the rule goes to rates of which net is left, as far as it fits."""
    shares = {rate: _vat_at(rate, whole, left, net) for rate, net in note.nets.items()}
    beyond = note.vat - _total(shares) if note.vat is not None else NOUGHT
    for rate, share in shares.items():
        if note.nets[rate] < left.rates[rate].net:
            moved = max(-share, min(beyond, left.rates[rate].vat - share))
            shares[rate] += moved
            beyond -= moved
    return shares


def _vat_at(rate: Decimal | None, whole: Charged, left: Charged, net: Decimal) -> Decimal:
    """The VAT on the net that a note takes at one rate."""
    taxed, unit = left.rates[rate], smallest_unit(whole.currency)
    if net >= taxed.net:
        return taxed.vat
    fair = _rounded(whole.rates[rate].vat * (taxed.net - net) / whole.rates[rate].net, whole.currency)
    rest = taxed.vat - _rounded(net * (rate or NOUGHT), whole.currency)
    rest = min(max(rest, fair - unit, NOUGHT), fair + unit, taxed.vat)
    return taxed.vat - rest


def _unrated(left: Charged, note: Note) -> Decimal:
    """The VAT of a note on a paper whose rates are not known."""
    if sum(note.nets.values(), NOUGHT) == left.net:
        return left.vat
    own = sum((_rounded(net * (rate or NOUGHT), left.currency) for rate, net in note.nets.items()), NOUGHT)
    return note.vat if note.vat is not None else own


def _without_rates(charged: Charged) -> Charged:
    return charged._replace(rates={None: Taxed(charged.net, charged.vat)})


def _total(shares: Mapping[Decimal | None, Decimal]) -> Decimal:
    return sum(shares.values(), NOUGHT)


def _rounded(amount: Decimal, currency: str) -> Decimal:
    return Money.rounded(amount, currency).amount


def _percent(rate: Decimal | None) -> str:
    return f"{(rate * 100).normalize():f} %" if rate is not None else "a rate that is not known"
