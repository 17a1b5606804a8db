"""Automated work on deposits for tax and on refunds. See `activities.work` for what all work shares."""

from datetime import date

from pydantic import BaseModel, ConfigDict
from temporalio import activity

from activities.access import reads
from activities.customs_work import last_day_by
from activities.work_input import usable
from activities.work_rules import WorkRules
from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.freight.customs.refunds import RefundKind, refund, refund_limit, settle_deposit
from sop_engine.freight.customs.taxes import CustomsAmount
from sop_engine.freight.rules import rule_on


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LodgedDeposit(_Input):
    """What `settle_deposit` takes."""

    deposit: CustomsAmount
    due: CustomsAmount


class PaidTax(_Input):
    """What `refund_limit` takes."""

    kind: RefundKind
    paid_on: date


class OverpaidTax(_Input):
    """What `tax_refund` takes."""

    paid: CustomsAmount
    due: CustomsAmount
    paid_on: date
    refunded_on: date


class RefundWork:
    """The part of `work:` that settles deposits and computes refunds."""

    def __init__(self, rules: WorkRules) -> None:
        self._rules = rules

    @reads
    @activity.defn(name="settle_deposit")
    def settle_deposit(self, given: WorkInput) -> WorkResult:
        """deposit, due -> taken, given_back, still_owed"""
        with usable("settle_deposit"):
            lodged = LodgedDeposit.model_validate(given.values)
            settled = settle_deposit(lodged.deposit, lodged.due)
        return WorkResult(values={name: amount.model_dump() for name, amount in settled._asdict().items()})

    @reads
    @activity.defn(name="refund_limit")
    def refund_limit(self, given: WorkInput) -> WorkResult:
        """kind (overpaid, returned, export_cancelled), paid_on -> claim_by_on, rule"""
        with usable("refund_limit"):
            tax = PaidTax.model_validate(given.values)
            limit = refund_limit(tax.kind, tax.paid_on, self._rules.clocks.customs, last_day_by(self._rules))
        return WorkResult(values={"claim_by_on": limit.claim_by_on, "rule": limit.rule})

    @reads
    @activity.defn(name="tax_refund")
    def tax_refund(self, given: WorkInput) -> WorkResult:
        """paid, due, paid_on, refunded_on -> refund, interest, basis"""
        with usable("tax_refund"):
            tax = OverpaidTax.model_validate(given.values)
            rate = rule_on(self._rules.customs.demand_deposit, tax.refunded_on)
            back = refund(tax.paid, tax.due, tax.paid_on, tax.refunded_on, rate)
        return WorkResult(
            values={"refund": back.tax.model_dump(), "interest": back.interest.model_dump(), "basis": back.basis}
        )
