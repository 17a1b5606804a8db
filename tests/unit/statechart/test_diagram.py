from sop_engine.statechart.diagram import mermaid
from tests.unit.statechart.statechart_samples import chart_of

CHART = chart_of(
    states={
        "a": {
            "title": {"en": "Registered: new", "zh": "已登记"},
            "on": {"go": {"to": "p", "when": "kind == 'x'"}},
            "after": {"PT1H": "z"},
        },
        "p": {"parallel": True, "states": {"r": {"states": {"r1": {}}}, "s": {}}, "done": "z"},
        "h": {"history": "deep", "to": "a"},
        "z": {"final": True},
    }
)


def test_the_whole_chart_is_drawn() -> None:
    assert mermaid(CHART, active=("p", "r", "r1")) == (
        """stateDiagram-v2
    [*] --> s1
    state "Registered#58; new" as s1
    state "p" as s2
    state s2 {
        state "r" as s3
        state s3 {
            [*] --> s4
            state "r1" as s4
        }
        --
        state "s" as s5
    }
    state "z" as s7
    s7 --> [*]
    state "H*" as s6
    s1 --> s2 : go [kind == 'x']
    s1 --> s7 : after PT1H
    s2 --> s7 : done.state.p
    classDef active fill:#fde68a,stroke:#b45309,stroke-width:2px
    class s4 active
"""
    )


def test_the_transitions_of_the_root_are_drawn_from_any_state() -> None:
    chart = chart_of(
        states={"a": {"on": {"go": "b"}}, "b": {}, "withdrawn": {"final": True}},
        on={"complainant.withdrew": {"to": "withdrawn", "when": "kind == 'x'"}, "heard": {"do": []}},
    )
    lines = [line.strip() for line in mermaid(chart).splitlines()]
    assert 'state "In any state" as s0' in lines
    assert "s0 --> s3 : complainant.withdrew [kind == 'x']" in lines
    assert not any("heard" in line for line in lines)
    assert 'state "任何状态下" as s0' in mermaid(chart, language="zh")


def test_titles_come_in_the_language_asked_for_or_from_the_caller() -> None:
    assert 'state "已登记" as s1' in mermaid(CHART, language="zh")
    assert 'state "Registered#58; new" as s1' in mermaid(CHART, language="fr")
    assert 'state "End" as s7' in mermaid(CHART, titles={"z": {"en": "End"}})
