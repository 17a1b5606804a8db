"""A red-letter invoice never takes back more than its invoice charged, part by part, all notes together."""

from decimal import Decimal
from typing import NamedTuple

from sop_engine.freight.rules import RuleError


class Charged(NamedTuple):
    """The parts of an invoice, or of what was credited of it."""

    net: Decimal
    vat: Decimal
    disbursements: Decimal

    def __sub__(self, other: "Charged") -> "Charged":
        return Charged(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


def check_credit_note(invoice: Charged, credited: Charged, note: Charged) -> None:
    """Raises RuleError naming each part of which the note takes back more than is left."""
    left = invoice - credited
    faults = [
        (name, f"{wanted} is credited", f"at most {rest}")
        for name, wanted, rest in zip(Charged._fields, note, left, strict=True)
        if wanted > rest
    ]
    if faults:
        raise RuleError(faults)
