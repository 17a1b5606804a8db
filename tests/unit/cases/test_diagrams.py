"""A procedure in BPMN's words: each feature of an SOP has its symbol, or is written beside."""

from collections import Counter

from sop_engine.basis.models import Title
from sop_engine.cases.diagrams.building import diagram_of
from sop_engine.cases.diagrams.model import Node, Scope, Unit
from sop_engine.cases.diagrams.subject import Subject
from sop_engine.cases.diagrams.visits import marks_of
from tests.unit.cases.casework_samples import procedure

SAMPLE = """
events:
  customer.withdrew: {}
  customer.asked: {}
parameters:
  patience: {default: 2 days, mark: P, title: {en: P, zh: P}}
clocks:
  whole: {within: 5 days, start: opened, stop: working.done}
initial: working
states:
  working:
    task: {role: clerk, within: 1 working day, outcomes: {done: {}, failed: {}}}
    on:
      working.done: [{when: today is not none, to: waiting}, {to: boxed}]
      working.failed: over
      customer.asked: waiting
    after: {patience: over}
  waiting:
    on: {customer.asked: working}
    after: {3 days: boxed}
  boxed:
    initial: inner
    states:
      inner:
        task: {role: clerk, outcomes: {done: {}}}
        on: {inner.done: packed, customer.asked: over}
      packed: {final: packed}
    done: sides
    on: {customer.asked: {do: []}}
  sides:
    parallel: true
    states:
      left:
        states:
          lone:
            task: {role: clerk, outcomes: {done: {}, failed: {}}}
            on: {lone.done: left_over, lone.failed: left_over}
          left_over: {final: x}
      right:
        states:
          counted: {after: {1 day: right_over}}
          right_over: {final: y}
    done: over
  over: {final: over}
  withdrawn: {final: withdrawn}
on:
  customer.withdrew: withdrawn
"""
DIAGRAM = diagram_of(Subject(procedure(SAMPLE)))


def scope(name: str) -> Scope:
    return next(each for each in DIAGRAM.scope.every_scope() if each.id == name)


def unit(name: str, chart: str = "Sample") -> Unit:
    return next(each for each in scope(chart).units if each.id == name)


def shown(node: Node) -> tuple[str, str]:
    return node.event, node.title.en if node.title is not None else ""


def test_outcomes_part_behind_a_task_each_with_its_condition() -> None:
    working = unit("working")
    assert working.core.kind == "user"
    assert working.core.detail == Title(en="clerk", zh="clerk")
    assert working.after is not None
    told = [(way.to, way.flow.title.en if way.flow.title else "", way.flow.condition) for way in working.ways]
    assert told == [
        ("waiting", "done [today is not none]", "outcome == 'done' and (today is not none)"),
        ("boxed", "done [otherwise]", "outcome == 'done'"),
        ("over", "failed", "outcome == 'failed'"),
    ]


def test_what_interrupts_stands_on_the_edge_and_clocks_end_beside() -> None:
    edges = unit("working").edges
    assert [(shown(edge.node), edge.node.interrupts, edge.way.to if edge.way else None) for edge in edges] == [
        (("message", "customer.asked"), True, "waiting"),
        (("timer", "after 2 days"), True, "over"),
        (("timer", "working"), False, None),
    ]
    assert edges[2].end is not None
    assert shown(edges[2].end) == ("escalation", "1 working day → Ladder")


def test_a_waiting_state_waits_for_the_first_of_several() -> None:
    waiting = unit("waiting")
    assert waiting.core.kind == "event_based"
    assert [(shown(way.via), way.to) for way in waiting.ways if way.via] == [
        (("message", "customer.asked"), "working"),
        (("timer", "after 3 days"), "boxed"),
    ]
    assert unit("counted", "right").core.event == "timer"


def test_a_box_is_left_by_what_is_thrown_inside_of_it() -> None:
    thrown = [each.core for each in scope("boxed").units if each.core.event == "escalation"]
    caught = [edge for edge in unit("boxed").edges if edge.node.event == "escalation"]
    assert [node.told for node in thrown] == [edge.node.told for edge in caught] == ["to over"]
    assert [edge.way.to for edge in caught if edge.way] == ["over"]
    assert [way.to for way in unit("boxed").ways] == ["sides"]


def test_what_has_no_symbol_is_written_beside() -> None:
    assert [note.en for note in unit("boxed").notes] == ["customer.asked → stays"]
    notes = [note.en for note in scope("Sample").notes]
    assert notes[0] == "Whole: 5 days → Ladder; starts as the case opens; met by working: done"
    assert "not this diagram" in notes[-1]


def test_regions_run_between_parallel_gateways() -> None:
    kinds = [(each.id, each.core.kind) for each in scope("sides").units]
    assert kinds == [
        ("sides__start", "start"),
        ("sides__fork", "parallel"),
        ("left", "box"),
        ("right", "box"),
        ("sides__join", "parallel"),
        ("sides__end", "end"),
    ]


def test_what_may_happen_at_any_time_stands_aside_with_the_end_that_only_it_reaches() -> None:
    (aside,) = DIAGRAM.scope.asides
    assert shown(aside.start) == ("message", "customer.withdrew")
    assert shown(aside.end) == ("none", "withdrawn")
    assert "withdrawn" not in {each.id for each in scope("Sample").units}


def test_several_ways_in_are_joined_by_a_gateway_and_one_is_not() -> None:
    for chart in DIAGRAM.scope.every_scope():
        incoming = Counter(way.to for each in chart.units for way in each.every_way)
        for each in chart.units:
            assert (each.before is not None) == (incoming[each.id] > 1 and each.core.kind != "parallel")


def test_every_state_is_shown_and_every_name_given_once() -> None:
    charts = list(DIAGRAM.scope.every_scope())
    nodes = [node for chart in charts for node in chart.nodes()]
    nodes += [node for chart in charts for aside in chart.asides for node in (aside.box, aside.start, aside.end)]
    assert {node.state for node in nodes if node.state} == set(procedure(SAMPLE).shapes)
    names = [node.id for node in nodes] + [flow.id for chart in charts for flow in chart.flows()]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_visits_are_counted_from_the_steps_of_a_journal() -> None:
    marks = marks_of(("b",), [("a",), ("b",), (), ("a", "c")])
    assert marks.live == {"b"}
    assert [marks.visits_of(state) for state in ("a", "b", "c", "d", None)] == [2, 1, 1, 0, 0]


def test_what_the_records_answer_is_told_in_words() -> None:
    text = """
    data: {number: {type: text}}
    reads:
      file: {register: customers, key: number, fields: [grade], title: {en: Customer file, zh: 客户档案}}
    unique: {voucher_no: {value: number}}
    initial: asking
    states:
      asking:
        on: {reads.file.found: over, reads.file.missing: over, reads.file: over, unique.voucher_no.taken: over}
      over: {final: over}
    """
    diagram = diagram_of(Subject(procedure(text)))
    told = [way.label for each in diagram.scope.units for way in each.ways if way.label is not None]
    assert told == [
        Title(en="Customer file: found", zh="客户档案: 已查到"),
        Title(en="Customer file: not found", zh="客户档案: 无记录"),
        Title(en="Customer file: answered", zh="客户档案: 已答复"),
        Title(en="voucher no: another case has it", zh="voucher no: 已被他案占用"),
    ]


def test_a_child_ends_with_the_words_of_its_own_sop_and_a_role_has_its_title() -> None:
    parent = """
    states:
      booking:
        case: {sop: Child}
        on: {booking.confirmed: asking, booking.cancelled: over}
      asking:
        task: {role: clerk, outcomes: {done: {}}}
        on: {asking.done: over}
      over: {final: over}
    """
    child = procedure("states: {agreed: {final: confirmed}}").definition
    clerk = Title(en="Clerk in charge", zh="经办人")
    diagram = diagram_of(Subject(procedure(parent), {"Child": child}, {"clerk": clerk}))
    units = {each.id: each for each in diagram.scope.units}
    assert [way.flow.title for way in units["booking"].ways] == [
        Title(en="agreed", zh="agreed"),
        Title(en="Cancelled", zh="已取消"),
    ]
    assert units["booking"].core.calls == "Child"
    assert units["asking"].core.detail == clerk
