"""Automated work of the procedures: each activity reads its input, asks one pure function, and gives back its answer.

Values come and go typed: decimals, dates, money as `{"amount": Decimal, "currency": "CNY"}`. An input that cannot be
used fails for good with the type `WorkInput` and every fault in the message; a person corrects it in the incident.
"""

from datetime import date

from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.customs_work import CustomsWork
from activities.free_time_work import FreeTimeWork
from activities.refund_work import RefundWork
from activities.trade_work import TradeWork
from activities.work_input import today, usable
from activities.work_rules import WorkRules
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.cargo_acceptance import OfferedCargo, cargo_acceptance
from sop_engine.freight.customs.surcharges import LatePayment, late_payment_surcharge
from sop_engine.freight.customs.tax_lines import tax_lines
from sop_engine.freight.customs.taxes import TaxedConsignment, import_taxes
from sop_engine.freight.document_checklist import ShipmentKind, document_checklist
from sop_engine.freight.document_comparison import ShippingPapers, compare_documents
from sop_engine.freight.rules import RuleError, rule_on
from sop_engine.records.numbers import NumberRepository
from sop_engine.temporal.writes import writes


class DeclaredConsignment(TaxedConsignment):
    """What `import_taxes` takes."""

    declared_on: date | None = None
    """The day the declaration was completed, whose rules apply; the day of the work where it is not said."""


class WorkActivities(TradeWork, CustomsWork, FreeTimeWork, RefundWork):
    """What `work:` may name."""

    def __init__(self, engine: Engine, rules: WorkRules) -> None:
        super().__init__(rules)
        self._numbers = NumberRepository(engine)

    @reads
    @activity.defn(name="document_checklist")
    def document_checklist(self, given: WorkInput) -> WorkResult:
        """direction, transport_mode, cargo_class, destination? -> required_documents [{type, needed, source}]"""
        with usable("document_checklist"):
            shipment = ShipmentKind.model_validate(given.values)
        documents = document_checklist(shipment, self._rules.documents)
        return WorkResult(values={"required_documents": [document._asdict() for document in documents]})

    @reads
    @activity.defn(name="import_taxes")
    def import_taxes(self, given: WorkInput) -> WorkResult:
        """customs_value, items, declared_on? -> duty, consumption_tax, vat, total, lines, taxes [{item_no, kind, basis,
        rate, …}], basis; rates are fractions"""
        with usable("import_taxes"):
            consignment = DeclaredConsignment.model_validate(given.values)
            rule = rule_on(self._rules.customs.import_taxes, consignment.declared_on or today(given))
            taxes = import_taxes(consignment, rule)
        return WorkResult(
            values={
                "duty": taxes.duty.model_dump(),
                "trade_remedy": taxes.trade_remedy.model_dump(),
                "consumption_tax": taxes.consumption_tax.model_dump(),
                "vat": taxes.vat.model_dump(),
                "total": taxes.total.model_dump(),
                "lines": [{tax: amount.model_dump() for tax, amount in line._asdict().items()} for line in taxes.lines],
                "taxes": [
                    line._asdict() | {"basis": line.basis.model_dump(), "amount": line.amount.model_dump()}
                    for line in tax_lines(consignment.items, taxes.lines)
                ],
                "basis": taxes.basis,
            }
        )

    @reads
    @activity.defn(name="late_payment_surcharge")
    def late_payment_surcharge(self, given: WorkInput) -> WorkResult:
        """unpaid (an amount, or one per tax), due_on, paid_on -> surcharge, days, basis"""
        with usable("late_payment_surcharge"):
            payment = LatePayment.model_validate(given.values)
            rule = rule_on(self._rules.customs.late_payment, payment.due_on)
        late = late_payment_surcharge(payment, rule)
        return WorkResult(values={"surcharge": late.amount.model_dump(), "days": late.days, "basis": late.basis})

    @reads
    @activity.defn(name="cargo_acceptance")
    def cargo_acceptance(self, given: WorkInput) -> WorkResult:
        """goods [{name}], cargo_class, licensed -> acceptable, reason"""
        with usable("cargo_acceptance"):
            cargo = OfferedCargo.model_validate(given.values)
        return WorkResult(values=cargo_acceptance(cargo, self._rules.cargo, today(given))._asdict())

    @reads
    @activity.defn(name="compare_documents")
    def compare_documents(self, given: WorkInput) -> WorkResult:
        """consignment, declaration, transport_document -> differences [{field, and what each of the three says}]"""
        with usable("compare_documents"):
            papers = ShippingPapers.model_validate(given.values)
        return WorkResult(values={"differences": [each._asdict() for each in compare_documents(papers)]})

    @activity.defn(name="next_number")
    @writes("number")
    def next_number(self, given: WorkInput) -> WorkResult:
        """register -> number; the same work gets the same number, however often it is tried"""
        register = given.values.get("register")
        prefixes = self._rules.registers.root
        with usable("next_number"):
            if register not in prefixes:
                raise RuleError([("register", f"no register {register!r}", ", ".join(prefixes))])
            year = today(given).year
            number = self._numbers.next(given.key, register, prefixes[register], year, given.case_id, given.at)
        return WorkResult(values={"number": number})
