"""Cash collected on delivery: taken, paid into the bank, paid to its sender."""

from datetime import date
from typing import Annotated

from sop_engine.freight.money import Money
from sop_engine.freight.subledger.papers import CollectedCash, PaidOutCash, Text
from sop_engine.work.contract import EntryId, Gives, Sum, Takes, Work, told
from sop_engine.work.customer_money import BookedEntry


class CashInHand(Gives):
    """Cash that was taken."""

    settle_by: Annotated[date, told("Day by which the sender must have it")]
    matches: Annotated[bool, told("Whether it is what was agreed")]


class HandedInCash(Takes):
    """Cash that the inspector counted and the bank took."""

    cod_no: Annotated[Text, told("Number of the collection")]
    amount: Annotated[Money, told("Cash")]


class PaidOut(Gives):
    """Cash that its sender has."""

    entry_id: EntryId
    owed: Annotated[Sum, told("What the sender is owed still")]


RECORD_COD_COLLECTED = Work(
    "record_cod_collected", "Books cash that a courier took.", CollectedCash, CashInHand, writes="money"
)
RECORD_COD_HANDED_IN = Work(
    "record_cod_handed_in", "Books cash that the bank took.", HandedInCash, BookedEntry, writes="money"
)
RECORD_COD_PAID = Work(
    "record_cod_paid",
    "Books cash paid to its sender; refuses more than is owed.",
    PaidOutCash,
    PaidOut,
    writes="money",
)
