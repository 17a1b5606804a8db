"""Margin, VAT, statement and freight ratio against a recomputation from the papers that were handed in."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from sop_engine.records.cases import CaseRow
from sop_engine.records.engine import writing
from tests.integration.ledger_office import Office, cny

pytest_plugins = ("tests.integration.databases",)

FEN = Decimal("0.01")
USD = Decimal("7.0123")


@pytest.fixture
def office(engine: Engine) -> Office:
    return Office(engine)


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)


def month(office: Office) -> list[dict[str, Any]]:
    """Invoices, notes and bills of some shipments in two currencies, each handed in twice; and what was handed in."""
    random, papers = Random(7), []
    for number in range(12):
        currency = random.choice(["CNY", "USD"])
        rate = USD if currency == "USD" else Decimal(1)
        vat_rate = random.choice([Decimal("0.06"), Decimal("0.09"), Decimal(0)])
        amounts = [Decimal(random.randrange(100, 99999)) / 100 for _ in range(2)]
        shipments = [f"SHP-{random.randrange(4)}" for _ in range(2)]
        lines = [
            {"service": f"C{index}", "amount": cny(str(amount), currency), "vat_rate": vat_rate, "shipment": shipment}
            for index, (amount, shipment) in enumerate(zip(amounts, shipments, strict=True))
        ]
        paper = {"currency": currency, "rate": rate, "vat_rate": vat_rate, "lines": lines, "number": number}
        party = f"Customer {random.randrange(3)}"
        more: dict[str, Any] = {"rate": rate, "shipment": "SHP-9", "lines": lines}
        for attempt in range(2):
            key = f"{number}-{attempt}"
            if number % 3:
                kind = "transport" if number % 2 else "agency"
                office.invoice(f"INV-{number}", customer=party, key=key, kind=kind, **more)
                papers += [{**paper, "direction": "output", "kind": kind, "sign": 1, "party": party}]
            else:
                office.work(
                    "record_bill",
                    key,
                    supplier="COSCO",
                    bill_no=f"B-{number}",
                    billed_on=date(2026, 3, 4),
                    due_on=date(2026, 4, 4),
                    accepted_by="guo.qiang",
                    **more,
                )
                papers += [{**paper, "direction": "input", "kind": "bill", "sign": 1, "party": "COSCO"}]
        if number % 3 == 2:
            note = {"refers_to": f"INV-{number}", "reason": "Returned", "issued_on": date(2026, 3, 28)}
            office.work("issue_credit_note", number=f"CN-{number}", customer=party, **note, **more)
            papers += [{**papers[-1], "sign": -1}] * 2
    return papers[::2]


def test_margin_and_vat_agree_with_a_recomputation(office: Office) -> None:
    papers = month(office)
    revenue: defaultdict[str, Decimal] = defaultdict(Decimal)
    cost: defaultdict[str, Decimal] = defaultdict(Decimal)
    taxes: defaultdict[tuple[str, str, str, Decimal], list[Decimal]] = defaultdict(lambda: [Decimal(), Decimal()])
    for paper in papers:
        net = sum((line["amount"]["amount"] for line in paper["lines"]), Decimal())
        found = taxes[paper["direction"], paper["currency"], paper["kind"], paper["vat_rate"]]
        found[0] += paper["sign"] * net
        found[1] += paper["sign"] * half_up(net * paper["vat_rate"])
        for line in paper["lines"]:
            booked = revenue if paper["direction"] == "output" else cost
            booked[line["shipment"]] += paper["sign"] * line["amount"]["amount"] * paper["rate"]

    assert {row["shipment"]: (row["revenue"], row["cost"]) for row in office.rows("margin", month="2026-03")} == {
        shipment: (str(half_up(revenue[shipment])), str(half_up(cost[shipment])))
        for shipment in sorted({*revenue, *cost})
    }
    reported = {
        (row["direction"], row["currency"], row["kind"], Decimal(str(row["rate"]))): [row["net"], row["vat"]]
        for row in office.rows("tax", month="2026-03")
    }
    assert reported == {key: [str(half_up(amount)) for amount in amounts] for key, amounts in taxes.items()}
    for account, direction in (("2221.01", "input"), ("2221.02", "output")):
        for currency in ("CNY", "USD"):
            vat = sum((amounts[1] for key, amounts in taxes.items() if key[:2] == (direction, currency)), Decimal())
            assert abs(office.on_account(account, currency)) == vat
    assert office.rows("margin", month="2026-02") == office.rows("tax", month="2026-02") == []


def test_statements_close_where_the_ageing_stands(office: Office) -> None:
    papers = month(office)
    office.receipt("BANK-1", "100", customer="Customer 1", settles="oldest")
    for party in sorted({paper["party"] for paper in papers if paper["direction"] == "output"}):
        rows = office.rows("statement", party=party, since=date(2026, 3, 3), until=date(2026, 3, 31))
        totals = {row["currency"]: row["total"] for row in office.rows("ageing", party=party)}
        closings = {row["currency"]: row["balance"] for row in rows if str(row["what"]).startswith("Closing")}
        assert {currency: closings[currency] for currency in totals} == totals
        for currency, closing in closings.items():
            own = [row for row in rows if row["currency"] == currency]
            moved = sum((Decimal(row["debit"] or "0") - Decimal(row["credit"] or "0") for row in own), Decimal())
            assert Decimal(str(own[0]["balance"])) + moved == Decimal(str(closing))
    with pytest.raises(ApplicationError, match="party: is missing"):
        office.report("statement")
    for period in ({"since": date(2099, 1, 1)}, {"since": date(2026, 4, 1), "month": "2026-03"}):
        with pytest.raises(ApplicationError, match=r"since: .* lies after the last day"):
            office.report("statement", party="Customer 1", **period)


def test_freight_above_five_percent_of_the_goods_is_flagged(office: Office, engine: Engine) -> None:
    goods = {"SHP-1": "20000", "SHP-2": "19999", "SHP-3": None}
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with writing(engine) as connection:
        for shipment, value in goods.items():
            data = {"goods": [{"name": "Tea", "value": {"amount": value, "currency": "CNY"}}]} if value else {}
            connection.execute(
                CaseRow.table()
                .insert()
                .values(
                    case_id=shipment,
                    first_run_id="r",
                    sop="FreightShipment",
                    version=1,
                    definition_hash="h",
                    title={},
                    owner="",
                    status="open",
                    sla="on_track",
                    states=(),
                    opened_at=at,
                    provisional=False,
                    data=data,
                    written_at=at,
                    step=1,
                )
            )
    for shipment in goods:
        line = {"service": "O/F", "amount": cny("1000"), "vat_rate": Decimal("0.09"), "shipment": shipment}
        bill = {"supplier": "COSCO", "bill_no": shipment, "lines": [line], "accepted_by": "guo.qiang"}
        office.work("record_bill", **bill, billed_on=date(2026, 3, 4), due_on=date(2026, 4, 4))
    rows = {row["shipment"]: (row["ratio"], row["flag"]) for row in office.rows("freight-ratio")}
    assert rows == {"SHP-1": ("0.0500", None), "SHP-2": ("0.0500", "!"), "SHP-3": (None, None)}


def test_a_long_report_comes_in_pieces(office: Office) -> None:
    for number in range(5):
        office.invoice(f"INV-{number}", customer=f"Customer {number}", due_on=date(2026, 3, 2) + timedelta(days=number))
    pieces = [office.report("ageing", offset=offset, limit=2) for offset in (0, 2, 4)]
    assert [len(piece.rows) for piece in pieces] == [2, 2, 1]
    assert sum((piece.rows for piece in pieces), ()) == office.report("ageing").rows
    assert {piece.total for piece in pieces} == {5}


def test_another_rate_on_the_day_of_payment_is_exchange_not_margin(office: Office) -> None:
    lines = [{"service": "O/F", "amount": cny("100", "USD")}]
    office.invoice("INV-1", lines=lines, rate=Decimal("7.00"), shipment="SHP-1")
    bill = {"supplier": "COSCO", "bill_no": "B-1", "lines": [{**lines[0], "shipment": "SHP-1"}], "shipment": "SHP-1"}
    office.work(
        "record_bill",
        **bill,
        billed_on=date(2026, 3, 4),
        due_on=date(2026, 4, 4),
        rate=Decimal("7.05"),
        accepted_by="hu",
    )
    for number in (1, 2):
        office.receipt(f"BANK-{number}", "50", currency="USD", settles="oldest", rate=Decimal("7.20"))
    paid = {"business_key": "PAY-1", "supplier": "COSCO", "amount": cny("100", "USD")}
    office.post("supplier_paid", {"bill_no": "B-1"}, **paid, rate=Decimal("7.25"))
    (row,) = office.rows("margin")
    assert (row["revenue"], row["cost"], row["margin"], row["exchange"]) == ("700.00", "705.00", "-5.00", "0.00")
    office.invoice("INV-2", lines=lines, rate=Decimal("7.00"), shipment="SHP-2")
    office.receipt("BANK-3", "40", currency="USD", settles="oldest", rate=Decimal("6.90"))
    rows = {row["shipment"]: row["exchange"] for row in office.rows("margin")}
    assert rows == {"SHP-1": "0.00", "SHP-2": "-4.00"}
