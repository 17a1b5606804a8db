"""The shipped content holds together: what one file names, another has."""

import re

import pytest

from sop_engine.cases.written.procedure import Procedure
from tests.unit.content.content_house import compiled, shipped
from tests.unit.content.written_effects import effects, mappings

LIBRARY = shipped()
PROCEDURES = {name: compiled(name) for name in LIBRARY.sops}
CHAIN = (
    "AdHocTask",
    "Booking",
    "CargoTracking",
    "Collection",
    "CommissionIntake",
    "Complaint",
    "CreditTerms",
    "CustomerClassification",
    "CustomerVisit",
    "CustomsDeclaration",
    "CustomsInspection",
    "CustomsRelease",
    "Delivery",
    "DocumentPreparation",
    "DomesticDispatch",
    "ExceptionMeasure",
    "FreightShipment",
    "GoodsPickup",
    "GoodsReturn",
    "Invoicing",
    "KeyAccountTracking",
    "ReceiptAllocation",
    "ReturnReceipt",
    "SatisfactionSurvey",
    "ServiceRequest",
    "ShipmentException",
    "SopReading",
    "SopRevision",
    "TaxAdjustment",
    "SupplierSettlement",
    "SurveyAnswer",
    "SurveyMeasure",
    "TaxPayment",
    "VisitFollowUp",
    "VisitQuestion",
    "WarehouseStorage",
)
TEMPLATES = (*LIBRARY.root.glob("notices/*.j2"), *LIBRARY.root.glob("documents/**/*.typ"))
WORDING = "".join(path.read_text(encoding="utf-8") for path in sorted(TEMPLATES))
RECIPIENTS = ("assignee", "owner", "supervisor")

every_sop = pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=PROCEDURES)


def test_the_chain_is_complete() -> None:
    assert set(CHAIN) <= set(PROCEDURES)


@every_sop
def test_forms_show_declared_fields_and_rules_read(procedure: Procedure) -> None:
    fields = procedure.definition.data
    for state, shape in procedure.shapes.items():
        if shape.task is None:
            continue
        shown = [entry.field for entry in shape.task.form]
        assert set(shown) <= set(fields), state
        assert len(shown) == len(set(shown)), state
        for outcome in shape.task.outcomes.values():
            assert set(outcome.require or ()) <= set(shown), state
        for check in shape.task.checks.values():
            procedure.expression(check.rule)
            assert set(check.outcomes) <= set(shape.task.outcomes), state
        for other in shape.task.distinct_from:
            assert procedure.shapes[other].task is not None, (state, other)


@every_sop
def test_every_outcome_leads_somewhere(procedure: Procedure) -> None:
    transitions = [transition for state in procedure.chart.states.values() for transition in state.on]
    heard = {event for transition in transitions for event in transition.events}
    for state, shape in procedure.shapes.items():
        if shape.task is not None:
            outcomes = shape.task.outcomes if shape.task.for_each is None else ("all",)
            assert {f"{state}.{outcome}" for outcome in outcomes} <= heard


@every_sop
def test_children_take_and_give_declared_fields(procedure: Procedure) -> None:
    for state, shape in procedure.shapes.items():
        if shape.child is None:
            continue
        child = PROCEDURES[shape.child.sop]
        assert set(shape.child.with_) <= set(child.definition.data), state
        required = {name for name, spec in child.definition.data.items() if spec.required}
        assert required <= set(shape.child.with_), state
        finals = [entry for entry in mappings(child.bundle.definition["states"]) if "final" in entry]
        given = {key for final in finals for key in final.get("with", ())} | set(child.definition.cancelled_with)
        assert set(shape.child.store.values()) <= given, state
        assert set(shape.child.store) <= set(procedure.definition.data), state
        reported = mappings(procedure.bundle.definition["states"])
        if shape.child.for_each is not None:
            assert any(f"{state}.all" in str(entry) for entry in reported)
            continue
        for final in (final["final"] for final in finals if final["final"] in child.shapes):
            assert any(f"{state}.{final}" in str(entry) for entry in mappings(procedure.bundle.definition["states"]))


@every_sop
def test_events_carry_fields_as_the_case_has_them(procedure: Procedure) -> None:
    for event in procedure.definition.events.values():
        assert set(event.roles) <= set(LIBRARY.organization.roles)
        for name, spec in event.data.items():
            declared = procedure.definition.data.get(name)
            assert declared is None or (declared.type, declared.format) == (spec.type, spec.format), name


@every_sop
def test_templates_and_recipients_exist(procedure: Procedure) -> None:
    named = {*procedure.definition.data, *procedure.definition.addressees}
    known = {*LIBRARY.organization.roles, *LIBRARY.organization.people, *RECIPIENTS, *named}
    for effect in effects(procedure, "notify"):
        assert effect["notify"] in known
        assert effect["template"] in LIBRARY.notices
    for effect in effects(procedure, "document"):
        assert effect["document"] in LIBRARY.templates


def test_no_template_lies_unused() -> None:
    notices = {effect["template"] for procedure in PROCEDURES.values() for effect in effects(procedure, "notify")}
    documents = {effect["document"] for procedure in PROCEDURES.values() for effect in effects(procedure, "document")}
    assert set(LIBRARY.notices) - notices == {
        "clock_rung",
        "event_unheard",
        "events_refused",
        "message_refused",
        "value_followed",
        "task_for_nobody",
    }
    assert documents <= set(LIBRARY.templates)


@every_sop
def test_owner_and_roles_exist(procedure: Procedure) -> None:
    roles = LIBRARY.organization.roles
    assert procedure.definition.owner in roles
    for shape in procedure.shapes.values():
        if shape.task is not None:
            is_told = shape.task.role in procedure.definition.data or shape.task.for_each is not None
            assert is_told or (shape.task.role in roles and LIBRARY.organization.people_of(shape.task.role))


@every_sop
def test_figures_have_a_title_and_are_used(procedure: Procedure) -> None:
    text = str(procedure.bundle.definition["states"]) + str(
        {**procedure.bundle.definition, "parameters": None, "states": None}
    )
    text += "".join(str({**each.file.value, "parameters": None}) for each in LIBRARY.sops[procedure.sop].inner)
    for name, spec in procedure.definition.parameters.items():
        assert spec.title is not None
        assert re.search(rf"\b{name}\b", text), name


@every_sop
def test_every_data_field_is_used(procedure: Procedure) -> None:
    text = str({**procedure.bundle.definition, "data": None}) + WORDING
    assert [name for name in procedure.definition.data if re.search(rf"\b{name}\b", text) is None] == []


def test_ladders_tell_known_people() -> None:
    for ladder in LIBRARY.ladders.values():
        for rung in ladder.rungs:
            assert set(rung.notify) <= {*LIBRARY.organization.roles, *RECIPIENTS}


def test_four_eyes_can_be_kept() -> None:
    """At least two people hold each role of a task that must be distinct from one of the same role."""
    for procedure in PROCEDURES.values():
        for shape in procedure.shapes.values():
            for other in shape.task.distinct_from if shape.task is not None else ():
                first, second = procedure.shapes[other].task, shape.task
                if first is not None and second is not None and first.role == second.role:
                    assert len(LIBRARY.organization.people_of(first.role)) > 1
