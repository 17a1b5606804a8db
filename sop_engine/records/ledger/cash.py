"""Cash on delivery in the books: what was collected is paid to its sender once, never more of it."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session

from sop_engine.basis.faults import Refused
from sop_engine.freight.party_keys import is_same
from sop_engine.freight.subledger.posting import Posting
from sop_engine.records.engine import writing
from sop_engine.records.ledger.book import write_entry
from sop_engine.records.ledger.entries import entry_of
from sop_engine.records.ledger.items import lock_party, open_items


class CashRepository:
    """Pays collected cash to its senders."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def pay(self, key: str, case_id: str, posting: Posting, cod_no: str, at: datetime) -> tuple[str, Decimal]:
        """Posts a payment, once; returns its entry and what the sender is owed still.

        Raises Refused for more than was collected less what was paid.
        """
        with writing(self._engine) as connection, Session(connection) as session:
            assert posting.item is not None
            item = posting.item
            lock_party(session, item.account, item.party)
            if entry_of(session, posting.entry, posting.match_key) is None:
                owed = _owed(session, posting, cod_no)
                if item.amount > owed:
                    raise Refused(
                        f"{posting.currency} {item.amount} is more than {item.party} is owed of {cod_no}",
                        allowed=[f"at most {posting.currency} {owed}: what was collected less what was paid"],
                    )
            entry_id = write_entry(session, key, case_id, posting, at)
            return entry_id, _owed(session, posting, cod_no)


def _owed(session: Session, posting: Posting, cod_no: str) -> Decimal:
    assert posting.item is not None
    items = open_items(session, posting.item.account, posting.item.party, posting.currency)
    return -sum((item.balance for item in items if is_same(item.reference, cod_no)), Decimal())
