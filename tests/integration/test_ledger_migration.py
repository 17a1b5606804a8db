"""Entries posted before there was a sub-ledger get their month and shipment, and items of a party still to be named."""

from datetime import UTC, date, datetime
from decimal import Decimal

from alembic import command
from sqlalchemy import Engine, MetaData, Table, insert
from sqlmodel import Session

from sop_engine.records.columns import ExactDecimal, UtcInstant
from sop_engine.records.engine import writing
from sop_engine.records.ledger.claims import claimed
from sop_engine.records.migration import _configured, migrate
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
