"""Figures of SOPs that law sets: read from the tables of periods, by the day on which a case opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sop_engine.basis.suggestion import suggestion
from sop_engine.cases.written.definition import ParameterSpec
from sop_engine.cases.written.procedure import AppliedRule
from sop_engine.freight.legal_clocks import LegalClocks
from sop_engine.freight.rules import RuleError
from sop_engine.statechart.faults import Fault


class LegalFigure(NamedTuple):
    """What a parameter holds, and the text of the rule that says so."""

    value: int | str
    rule: AppliedRule


def legal_figures(
    parameters: Mapping[str, ParameterSpec], clocks: LegalClocks, on: date
) -> tuple[dict[str, LegalFigure], list[Fault]]:
    """The figures of those parameters that name a rule, as it holds on a day; with every fault and its place."""
    figures: dict[str, LegalFigure] = {}
    faults: list[Fault] = []
    for name, spec in parameters.items():
        if spec.rule is None:
            continue
        try:
            figures[name] = _figure(spec, spec.rule, clocks, on)
        except ValueError as error:
            faults.append(Fault(path=("parameters", name, "rule"), message=str(error)))
    return figures, faults


def _figure(spec: ParameterSpec, id: str, clocks: LegalClocks, on: date) -> LegalFigure:
    known = tuple(dict.fromkeys(clock.id for clock in clocks.root))
    if id not in known:
        raise ValueError(f"unknown rule {id!r}{suggestion(id, known)}")
    try:
        clock = clocks.one(id, on, spec.facts)
    except RuleError:
        facts = ", ".join(f"{fact} {value}" for fact, value in spec.facts.items())
        raise ValueError(f"no text of rule {id} holds on {on}" + (f" for {facts}" if facts else "")) from None
    if clock.period is None:
        raise ValueError(f"rule {id} has no period: {clock.on_expiry}")
    applied = AppliedRule(id=id, citation=clock.citation, valid_from=clock.valid_from, valid_to=clock.valid_to)
    if spec.counted_in is None:
        return LegalFigure(clock.period, applied)
    amount, unit = clock.period.split(" ", 1)
    if unit.rstrip("s") != spec.counted_in.rstrip("s"):
        raise ValueError(f"rule {id} says {clock.period}, which is not counted in {spec.counted_in}")
    return LegalFigure(int(amount), applied)
