"""Entries posted before there was a sub-ledger get their month and shipment, and items of a party still to be named."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from alembic import command
from sqlalchemy import Engine, MetaData, Table, insert
from sqlmodel import Session

from sop_engine.records.columns import ExactDecimal, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.ledger.claims import claimed
from sop_engine.records.migration import _configured, drift, migrate
from tests.integration.ledger_office import Office

pytest_plugins = ("tests.integration.databases",)

NEW_YEAR = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
"""Half past midnight in China."""


def test_old_entries_join_the_sub_ledger(empty_engine: Engine) -> None:
    with _configured(empty_engine) as (configuration, _):
        command.upgrade(configuration, "0003")
    with writing(empty_engine) as connection:
        old = MetaData()
        entries, lines = (Table(name, old, autoload_with=connection) for name in ("ledger_entries", "ledger_lines"))
        entries.c.posted_at.type, lines.c.amount.type = UtcInstant(), ExactDecimal()
        entry = {"entry_id": "money_received.B-1", "key": "k", "entry": "money_received", "business_key": "B-1"}
        connection.execute(insert(entries).values(**entry, case_id="SHP-1.collection", posted_at=NEW_YEAR))
        for number, (account, side) in enumerate((("1002", "debit"), ("1122", "credit")), start=1):
            line = {"entry_id": "money_received.B-1", "line": number, "account": account, "side": side}
            connection.execute(insert(lines).values(**line, title={}, amount=Decimal("10.50"), currency="CNY"))
    migrate(empty_engine)

    office = Office(empty_engine)
    (row,) = office.rows("ageing", on=date(2026, 1, 1))
    assert (row["party"], row["unapplied"]) == ("?", "-10.50")
    assert office.rows("ageing", on=date(2025, 12, 31)) == []
    office.work("assign_receipt", customer="Acme", reference="B-1")
    office.invoice("INV-1", "100")
    assert office.work("allocate_receipt", customer="Acme", reference="B-1")["left"] == Decimal()
    april = datetime(2026, 4, 2, tzinfo=UTC)
    for month in ("2026-01", "2026-03"):
        assert office.work("close_month", at=april, month=month, person="qian.li") == {"status": "closed"}


def test_what_was_billed_before_claims_were_kept_is_claimed(empty_engine: Engine) -> None:
    with _configured(empty_engine) as (configuration, _):
        command.upgrade(configuration, "0005")
    with writing(empty_engine) as connection:
        old = MetaData()
        entries, costs = (Table(name, old, autoload_with=connection) for name in ("ledger_entries", "cost_lines"))
        entries.c.posted_at.type = costs.c.recorded_at.type = UtcInstant()
        costs.c.contracted.type = costs.c.executed.type = ExactDecimal()
        entry = {"entry_id": "supplier_bill.COSCO:B-1", "key": "k", "entry": "supplier_bill", "case_id": "SHP-1"}
        place = {"business_key": "COSCO:B-1", "posted_at": NEW_YEAR, "month": "2026-01", "shipment": "SHP-1"}
        connection.execute(insert(entries).values(**entry, **place))
        line = {"shipment": "SHP-1", "supplier": "COSCO", "currency": "CNY", "basis": "", "case_id": "SHP-1"}
        for charge, billed_by in (("OF", "supplier_bill.COSCO:B-1"), ("THC", None)):
            amounts = {"contracted": Decimal(500), "executed": Decimal(500), "billed_by": billed_by}
            connection.execute(insert(costs).values(**line, **amounts, charge=charge, recorded_at=NEW_YEAR))
    migrate(empty_engine)

    with Session(empty_engine) as session:
        assert dict(claimed(session, "COSCO", ["SHP-1"])) == {("SHP-1", "OF"): {"CNY": Decimal(500)}}
    lines = Office(empty_engine).work("expected_costs", shipment="SHP-1", supplier="COSCO")["lines"]
    assert [(line["charge"], line["billed"]["amount"]) for line in lines] == [("THC", Decimal())]


def test_parties_and_numbers_in_two_spellings_become_one(empty_engine: Engine) -> None:
    """The name first written is kept; of money that was booked twice in two spellings, both entries stay."""
    with _configured(empty_engine) as (configuration, _):
        command.upgrade(configuration, "0006")
    first, later = "东湖泵业（上海）有限公司", "东湖泵业(上海)有限公司"
    receipts = (("TT-1", first, 0, "60"), ("tt 1", later, 1, "60"))
    with writing(empty_engine) as connection:
        old = MetaData()
        names = ("ledger_entries", "ledger_lines", "open_items", "item_moves", "cost_lines", "credit_terms")
        entries, lines, items, moves, costs, terms = (Table(name, old, autoload_with=connection) for name in names)
        for table, instant in (
            (entries, "posted_at"),
            (moves, "moved_at"),
            (costs, "recorded_at"),
            (terms, "since_at"),
        ):
            table.c[instant].type = UtcInstant()
        for table in (lines, items, moves, costs, terms):
            for column in ("amount", "balance", "worth", "disputed", "contracted", "executed", "credit_limit"):
                if column in table.c:
                    table.c[column].type = ExactDecimal()
        for reference, party, number, amount in receipts:
            entry_id, at = f"money_received.{reference}", NEW_YEAR + timedelta(hours=number)
            entry = {"entry": "money_received", "business_key": reference, "case_id": "SHP-1", "month": "2026-01"}
            kept = {"entry_id": entry_id, "key": reference, "posted_at": at, "shipment": "SHP-1"}
            connection.execute(insert(entries).values(**entry, **kept))
            for place, (account, side) in enumerate((("1002", "debit"), ("1122", "credit")), start=1):
                line = {"entry_id": entry_id, "line": place, "account": account, "side": side, "title": {}}
                worth = {"amount": Decimal(amount), "currency": "CNY", "worth": Decimal(amount)}
                connection.execute(insert(lines).values(**line, **worth))
            owed = dict.fromkeys(("amount", "balance", "worth"), -Decimal(amount))
            item = {"item_id": entry_id, "account": "1122", "party": party, "kind": "money_received"}
            days = {"dated_on": at.date(), "due_on": at.date(), "settles": [], "takes_credit": False}
            rest = {"reference": reference, "currency": "CNY", "is_open": True, "disputed": Decimal()}
            connection.execute(insert(items).values(**item, **owed, **days, **rest))
            move = {"cause": entry_id, "number": 0, "item_id": entry_id, "amount": -Decimal(amount)}
            connection.execute(insert(moves).values(**move, worth=-Decimal(amount), moved_on=at.date(), moved_at=at))
        limit = {"key": "t", "customer": later, "standing": "good", "credit_limit": Decimal(1000)}
        told = {"actor": "hu", "reason": "?", "since_at": NEW_YEAR + timedelta(hours=2)}
        connection.execute(insert(terms).values(**limit, **told))
        cost = {"shipment": "SHP-1", "charge": "OF", "currency": "CNY", "basis": "", "case_id": "SHP-1"}
        for number, supplier in enumerate(("COSCO", "cosco")):
            agreed = {"contracted": Decimal(500), "recorded_at": NEW_YEAR + timedelta(hours=number)}
            connection.execute(insert(costs).values(**cost, **agreed, supplier=supplier))
        connection.execute(insert(costs).values(**{**cost, "charge": "THC"}, **agreed, supplier="cosco"))
    migrate(empty_engine)
    assert drift(empty_engine) == []

    office = Office(empty_engine)
    (row,) = office.rows("ageing", on=date(2026, 1, 1))
    assert (row["party"], row["unapplied"]) == (first, "-120.00")
    assert len(office.rows("statement", party=later, since=date(2025, 1, 1), until=date(2026, 1, 31))) == 4
    # Whichever spelling comes now: the first entry is meant, and nothing is booked a third time.
    again = {"business_key": "ＴＴ－1", "customer_name": later, "amount": {"amount": "60", "currency": "CNY"}}
    assert office.post("money_received", {}, at=NEW_YEAR, **again) == "money_received.TT-1"
    asked = {"customer": first, "amount": {"amount": Decimal(1121), "currency": "CNY"}}
    assert not office.work("credit_check", **asked)["allowed"]
    lines_left = office.work("expected_costs", shipment="SHP-1", supplier="Cosco")["lines"]
    assert [line["charge"] for line in lines_left] == ["OF", "THC"]
