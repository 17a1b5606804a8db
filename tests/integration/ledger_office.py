"""A finance office on one database: every piece of work on the sub-ledger by its name, and the reports."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import Engine

from activities.bill_reversals import ReversalActivities
from activities.cash_on_delivery import CashActivities
from activities.credit import CreditActivities
from activities.customer_money import CustomerMoneyActivities
from activities.ledger import LedgerActivities
from activities.margins import MarginActivities
from activities.months import MonthActivities
from activities.payables import PayableActivities
from activities.reading import ReadingActivities
from activities.receivables import ReceivableActivities
from activities.reports import ReportActivities
from activities.returned_tax import ReturnedTaxActivities
from activities.supplier_credits import SupplierCreditActivities
from activities.work_rules import load_work_rules
from sop_engine.cases.contracts.effects import CaseFacts, WorkInput
from sop_engine.cases.contracts.reading import TrialBalance, TrialBalanceInput
from sop_engine.cases.contracts.report_tables import ReportInput, ReportTable
from sop_engine.cases.running.effects.post import Post
from sop_engine.content.library import content_root, load_library
from sop_engine.content.rules import load_rules
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.reports.catalogue import report_named

RULES = load_rules(content_root() / "ledger.yaml", LedgerRules)
CODES = load_work_rules(content_root()).charges.codes
RATES = ExchangeRates.model_validate(
    [
        {
            "currency": "USD",
            "rate": "7.0000",
            "valid_from": "2026-03-01",
            "valid_to": "2026-03-31",
            "authority": "People's Bank of China",
            "citation": "Central parity, for tests",
        }
    ]
)
RATED = RULES.model_copy(update={"rates": RATES})
"""With the firm's table of exchange rates, which knows the dollar in March 2026."""
DEFINITION = "__temporal_activity_definition"
AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
TAXPAYER = "91110000600037341L"
LIBRARY = load_library()
ORGANIZATION, CALENDARS = LIBRARY.organization, LIBRARY.sop_calendars()


def cny(amount: str, currency: str = "CNY") -> dict[str, Any]:
    return {"amount": Decimal(amount), "currency": currency}


class Office:
    """Does each piece of work under a key of its own, unless it is told to repeat one."""

    def __init__(self, engine: Engine, rules: LedgerRules = RULES) -> None:
        holders: list[Any] = [
            *(
                holder(engine, rules)
                for holder in (
                    ReceivableActivities,
                    CashActivities,
                    CustomerMoneyActivities,
                    MarginActivities,
                    MonthActivities,
                    ReturnedTaxActivities,
                    SupplierCreditActivities,
                )
            ),
            PayableActivities(engine, rules, CODES, ORGANIZATION),
            ReversalActivities(engine, rules, CODES),
            CreditActivities(engine, rules, ORGANIZATION, RATES),
        ]
        methods = [getattr(holder, name) for holder in holders for name in dir(holder) if not name.startswith("_")]
        self._activities = {getattr(method, DEFINITION).name: method for method in methods}
        self._ledger = LedgerActivities(engine, rules)
        self._reading = ReadingActivities(engine)
        self._reports = ReportActivities(engine, RULES, CALENDARS)
        self._keys = count(1)

    def work(self, activity: str, key: Any = None, at: Any = AT, case: Any = "SHP-1", **values: Any) -> dict[str, Any]:
        given = WorkInput(key=key or f"k{next(self._keys)}", case_id=case, sop="Test", values=values, at=at, actor="hu")
        return dict(self._activities[activity](given).values)

    def post(self, entry: str, data: dict[str, Any], key: Any = None, at: Any = AT, **values: Any) -> str:
        """As a case's effect `post` does."""
        facts = CaseFacts(
            case_id="SHP-1.invoicing",
            sop="Invoicing",
            title={"en": "Invoicing", "zh": "发票"},
            data=data,
            state=None,
            actor=None,
            at=at,
            zone="Asia/Shanghai",
        )
        given = Post(key=key or f"k{next(self._keys)}", entry=entry, facts=facts, values=values)
        return self._ledger.post_entry(given).entry_id

    def invoice(
        self, number: str, net: str = "1000", customer: str = "Acme", vat_rate: str = "0.06", **more: Any
    ) -> dict[str, Any]:
        given: dict[str, Any] = {
            "number": number,
            "kind": "agency",
            "customer": customer,
            "title": customer,
            "taxpayer_no": TAXPAYER,
            "lines": [{"service": "O/F", "amount": cny(net), "vat_rate": Decimal(vat_rate)}],
            "issued_on": date(2026, 3, 2),
            "due_on": date(2026, 4, 1),
        }
        return self.work("issue_invoice", **{**given, **more})

    def receipt(
        self, bank_ref: str, amount: str, customer: str = "Acme", currency: str = "CNY", **more: Any
    ) -> dict[str, Any]:
        given = {
            "bank_ref": bank_ref,
            "amount": cny(amount, currency),
            "customer": customer,
            "received_on": date(2026, 3, 20),
        }
        return self.work("record_receipt", **{**given, **more})

    def report(self, name: str, *, offset: int = 0, limit: int = 2_000, **asked: Any) -> ReportTable:
        """As of the end of March 2026, unless asked of another day."""
        day = {"on": date(2026, 3, 31)} if "on" in report_named(name).parameters else {}
        parameters = to_jsonable_python({**day, **asked})
        return self._reports.run_report(ReportInput(name=name, parameters=parameters, offset=offset, limit=limit))

    def rows(self, name: str, **asked: Any) -> list[dict[str, str | None]]:
        """A report's rows by the keys of its columns."""
        table = self.report(name, **asked)
        keys = [column.key for column in table.columns]
        return [dict(zip(keys, row, strict=True)) for row in table.rows]

    def balance(self) -> TrialBalance:
        return self._reading.trial_balance(TrialBalanceInput())

    def on_account(self, account: str, currency: str = "CNY") -> Decimal:
        found = [
            line.balance for line in self.balance().accounts if (line.account, line.currency) == (account, currency)
        ]
        return sum(found, Decimal())
