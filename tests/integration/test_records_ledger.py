"""The posting rules that ship, and the ledger on both databases."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from activities.ledger import LedgerActivities
from activities.reading import ReadingActivities
from sop_engine.cases.contracts.effects import CaseFacts
from sop_engine.cases.contracts.reading import TrialBalance, TrialBalanceInput
from sop_engine.cases.running.effects.post import Post
from sop_engine.freight.subledger.posting import LedgerRules

pytest_plugins = ("tests.integration.databases",)

WRITTEN = yaml.safe_load((Path(__file__).parents[2] / "sop_definitions" / "ledger.yaml").read_text())
RULES = LedgerRules.model_validate(WRITTEN)
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def cny(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


INVOICE: dict[str, Any] = {
    "net": cny("1000.00"),
    "vat": cny("60.00"),
    "disbursements": cny("250.10"),
    "gross": cny("1310.10"),
}


class Books:
    """One ledger."""

    def __init__(self, engine: Engine) -> None:
        self._ledger = LedgerActivities(engine, RULES)
        self._reading = ReadingActivities(engine)

    def post(self, entry: str, key: str = "k1", case_id: str = "SHP-1", at: datetime = AT, **values: Any) -> str:
        facts = CaseFacts(
            case_id=case_id,
            sop="Invoicing",
            title={"en": "Invoicing", "zh": "发票"},
            data={},
            state=None,
            actor=None,
            at=at,
            zone="Asia/Shanghai",
        )
        return self._ledger.post_entry(Post(key=key, entry=entry, facts=facts, values=values)).entry_id

    def balance(self, **given: Any) -> TrialBalance:
        return self._reading.trial_balance(TrialBalanceInput(**given))

    def balances(self, **given: Any) -> dict[str, str]:
        return {f"{line.account} {line.currency}": str(line.balance) for line in self.balance(**given).accounts}


@pytest.fixture
def books(engine: Engine) -> Books:
    return Books(engine)


def test_a_shipment_from_invoice_to_bank(books: Books) -> None:
    books.post("tax_paid_for_customer", "k1", amount=cny("250.10"), business_key="TAX-1")
    books.post("invoice_issued", "k2", **INVOICE, business_key="INV-1")
    books.post("supplier_bill", "k3", net=cny("600.00"), vat=cny("54.00"), gross=cny("654.00"), business_key="BILL-1")
    books.post("supplier_paid", "k4", amount=cny("654.00"), business_key="PAY-1")
    books.post("money_received", "k5", amount=cny("1310.20"), business_key="BANK-1")
    books.post("money_returned", "k6", amount="0.10", business_key="BANK-2")

    assert books.balances() == {
        "1002 CNY": "406.00",
        "1122 CNY": "0.00",
        "1221 CNY": "0.00",
        "2202 CNY": "0.00",
        "2221.01 CNY": "54.00",
        "2221.02 CNY": "-60.00",
        "6001 CNY": "-1000.00",
        "6401 CNY": "600.00",
    }
    assert books.balance().balanced
    first = books.balance().accounts[0]
    assert first.title == {"en": "Cash at bank", "zh": "银行存款"}
    assert (first.debit, first.credit) == (Decimal("1310.20"), Decimal("904.20"))


def test_a_reversal_brings_every_account_back(books: Books) -> None:
    books.post("invoice_issued", "k1", **INVOICE, business_key="INV-1")
    books.post("invoice_reversed", "k2", **INVOICE, business_key="INV-1")
    assert set(books.balances().values()) == {"0.00"}
    books.post("write_off", "k3", amount="10", business_key="INV-2")
    assert books.balances()["1231 CNY"] == "10.00"


def test_an_entry_is_posted_once_per_key_and_once_per_business_key(books: Books) -> None:
    first = books.post("money_received", "k1", amount="10", business_key="BANK-1")
    assert books.post("money_received", "k1", amount="10", business_key="BANK-1") == first
    assert books.post("money_received", "k2", amount="10.00", business_key="BANK-1") == first
    assert books.balances() == {"1002 CNY": "10.00", "1122 CNY": "-10.00"}
    with pytest.raises(ApplicationError, match="money_received of BANK-1 is posted with other amounts") as refused:
        books.post("money_received", "k3", amount="11", business_key="BANK-1")
    assert refused.value.non_retryable
    books.post("money_returned", "k4", amount="10", business_key="BANK-1")
    assert books.balances() == {"1002 CNY": "0.00", "1122 CNY": "0.00"}


def test_what_does_not_balance_is_refused(books: Books) -> None:
    with pytest.raises(ApplicationError, match=r"debits of 1310\.11 against credits of 1310\.10") as refused:
        books.post("invoice_issued", **{**INVOICE, "gross": cny("1310.11")}, business_key="INV-1")
    assert (refused.value.type, refused.value.non_retryable) == ("Unbalanced", True)
    with pytest.raises(ApplicationError, match="debits of 0 against credits of 0"):
        books.post("money_received", amount="0", business_key="BANK-1")
    assert books.balance().accounts == ()


def test_every_fault_of_the_amounts_is_listed(books: Books) -> None:
    with pytest.raises(ApplicationError) as refused:
        books.post("supplier_bill", net=cny("1.005"), vat=cny("-1"), gross="a lot")
    assert refused.value.type == "InvalidInput"
    for place in ("values.net: ", "values.vat: ", "values.gross: ", "values.business_key: "):
        assert place in refused.value.message
    with pytest.raises(ApplicationError, match="mixes CNY, USD"):
        books.post("supplier_bill", net=cny("1"), gross={"amount": "1", "currency": "USD"}, business_key="B")
    with pytest.raises(ApplicationError, match=r"no rule 'gift' \(allowed: invoice_issued, "):
        books.post("gift", amount="1", business_key="B")


def test_amounts_are_exact_and_currencies_stay_apart(books: Books) -> None:
    for number in range(10):
        books.post("money_received", f"k{number}", amount="USD 0.10", rate="7.1", business_key=f"B-{number}")
    books.post(
        "money_received", "yen", amount={"amount": "99999999999999", "currency": "JPY"}, rate="0.05", business_key="Y"
    )
    assert books.balances() == {
        "1002 JPY": "99999999999999",
        "1002 USD": "1.00",
        "1122 JPY": "-99999999999999",
        "1122 USD": "-1.00",
    }


def test_balances_of_one_case_and_until_an_instant(books: Books) -> None:
    books.post("money_received", "k1", amount="1", business_key="B-1")
    books.post("money_received", "k2", case_id="SHP-2", at=AT + timedelta(days=1), amount="2", business_key="B-2")
    assert books.balances(case_id="SHP-2")["1002 CNY"] == "2.00"
    assert books.balances(until=AT)["1002 CNY"] == "1.00"
    assert books.balances()["1002 CNY"] == "3.00"


def test_a_rule_names_accounts_that_exist() -> None:
    lines = [{"account": "9", "side": side, "amount": "amount"} for side in ("debit", "credit")]
    entries = {"gift": {"title": {"en": "Gift", "zh": "赠"}, "lines": lines}}
    with pytest.raises(ValidationError, match=r"entries\.gift\.lines\.0: no account '9'"):
        LedgerRules.model_validate({**WRITTEN, "entries": entries})
