"""A few shipments that have among them all that a month of many has."""

from collections.abc import Sequence

from tests.month.planning import Plan

Trait = tuple[str, object]


def traits(plan: Plan) -> set[Trait]:
    """What sets a shipment apart from others: each of it takes another way through procedures or books."""
    imported = plan.imported
    return {
        ("lane", plan.lane),
        ("story", plan.story),
        ("customer on hold", plan.customer.is_on_hold),
        ("cash held", plan.cash and plan.cash_is_held),
        ("manager", plan.needs_a_manager),
        ("passed on", plan.passed_on > 0),
        ("freight in dollars", plan.freight_in_dollars is not None),
        ("costs quoted", bool(plan.quoted_costs)),
        ("bills paid", plan.bills_are_paid),
        ("we pay the tax", imported and imported.we_pay),
        ("inspected", imported and imported.is_inspected),
    }


def covering(plans: Sequence[Plan]) -> list[Plan]:
    """A few of the shipments with every trait that any of them has: at each choice the one with most that is new."""
    missing = set().union(*map(traits, plans))
    chosen: list[Plan] = []
    while missing:
        chosen.append(max(plans, key=lambda plan: len(traits(plan) & missing)))
        missing -= traits(chosen[-1])
    return chosen
