"""What the papers in the registers charge, and take back, at each rate of VAT: the rows as the pure rules know them."""

from decimal import Decimal

from sqlmodel import Session, select

from sop_engine.freight.subledger.credit_notes import Charged, Note, charged_by, nets_by_rate
from sop_engine.records.ledger.registers import BillRow, InvoiceRow, PaperLineRow


def charged_of(session: Session, paper: InvoiceRow | BillRow) -> Charged:
    """What an invoice or bill charges."""
    return charged_by(paper.currency, _nets(session, paper, 1), paper.vat, _disbursed(paper))


def note_of(session: Session, paper: InvoiceRow | BillRow) -> Note:
    """What a credit note or reversal takes back; its amounts are negative in the register."""
    return Note(_nets(session, paper, -1), -paper.vat, -_disbursed(paper))


def _nets(session: Session, paper: InvoiceRow | BillRow, sign: int) -> dict[Decimal | None, Decimal]:
    lines = session.exec(select(PaperLineRow).where(PaperLineRow.entry_id == paper.entry_id))
    return dict(nets_by_rate(((line.vat_rate, sign * line.amount) for line in lines), sign * paper.net))


def _disbursed(paper: InvoiceRow | BillRow) -> Decimal:
    return paper.disbursements if paper.disbursements is not None else paper.gross - paper.net - paper.vat
