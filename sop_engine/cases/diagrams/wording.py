"""What is written on a diagram: triggers, lengths of time and promises, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType

from sop_engine.basis.models import Title
from sop_engine.cases.diagrams.subject import Subject
from sop_engine.cases.written.definition import ClockSpec
from sop_engine.statechart.model import Transition

START = Title(en="Start", zh="开始")
OUTCOME = Title(en="Outcome?", zh="结果？")
OTHERWISE = Title(en="otherwise", zh="否则")
DONE = Title(en="Done", zh="完成")
AT_ANY_TIME = Title(en="At any time", zh="任何时候")
LEFT_FROM_OUTSIDE = Title(en="until it is left from outside", zh="直至由外部离开")
ENDLESS = Title(en="never ends by itself", zh="不会自行结束")
NOT_EXECUTABLE = Title(
    en="Shows the procedure; the engine runs the SOP itself, not this diagram",
    zh="仅供阅读；实际运行以 SOP 定义为准",
)

_OPENED = Title(en="as the case opens", zh="立案时")
_LENGTH = re.compile(r"(?P<amount>[\d.]+) (?P<working>working )?(?P<unit>minute|hour|day|week|month|year)s?")
_UNITS = MappingProxyType({"minute": "分钟", "hour": "小时", "day": "天", "week": "周", "month": "个月", "year": "年"})
_WORDS: MappingProxyType[str, Title] = MappingProxyType(
    {
        "done": DONE,
        "failed": Title(en="Failed", zh="失败"),
        "cancelled": Title(en="Cancelled", zh="已取消"),
        "all": Title(en="All are done", zh="全部完成"),
        "breached": Title(en="overdue", zh="超时"),
        "found": Title(en="found", zh="已查到"),
        "missing": Title(en="not found", zh="无记录"),
        "answered": Title(en="answered", zh="已答复"),
        "held": Title(en="no other case has it", zh="无他案占用"),
        "taken": Title(en="another case has it", zh="已被他案占用"),
        "warned": Title(en="soon due", zh="即将到期"),
    }
)
_TRIGGERS = MappingProxyType(
    {
        "start": Title(en="starts", zh="开始"),
        "stop": Title(en="met by", zh="达成"),
        "end": Title(en="ends without verdict", zh="无结论终止"),
        "pause": Title(en="pauses", zh="暂停"),
        "resume": Title(en="goes on", zh="继续"),
        "reset": Title(en="counts anew", zh="重新计时"),
    }
)


def joined(*parts: Title | str | None, by: str = " ") -> Title:
    """One text of several; absent and empty ones are left out."""

    def text(language: str) -> str:
        told = (part if isinstance(part, str) else part.text(language) for part in parts if part)
        return by.join(each for each in told if each) or "…"

    return _titled(text)


def worded(subject: Subject, event: str) -> Title:
    """An event in words: its declared title, or that of the state, clock or read with what happened to it."""
    declared = subject.procedure.definition.events.get(event)
    if declared is not None:
        return declared.title
    kind, _, answered = event.partition(".")
    if kind in ("reads", "unique"):
        return _answered(subject, *answered.partition(".")[::2])
    head, _, word = event.rpartition(".")
    if head == "done.state":
        head, word = word, "done"
    if head in subject.procedure.shapes or subject.procedure.clock_spec(head) is not None:
        return joined(joined(subject.procedure.title_of(head), ":", by=""), outcome(subject, head, word))
    return _plain(event)


def _answered(subject: Subject, name: str, word: str) -> Title:
    """What the records answer to a read, or of a value that one case alone may have."""
    read = subject.procedure.definition.reads.get(name)
    asked = named(name) if read is None or read.title is None else read.title
    return joined(joined(asked, ":", by=""), _WORDS.get(word or "answered") or _plain(word))


def outcome(subject: Subject, state: str, word: str) -> Title:
    """What a state's work or a clock came to, in words."""
    shape = subject.procedure.shapes.get(state)
    if shape is not None and shape.task is not None and word in shape.task.outcomes:
        return shape.task.outcomes[word].title
    if shape is not None and shape.child is not None:
        return subject.end_of_child(shape.child.sop, word) or _WORDS.get(word) or _plain(word)
    return _WORDS.get(word) or _plain(word)


def triggered(subject: Subject, transition: Transition) -> Title:
    """What sets a transition off, with its guard."""
    if transition.delay is not None:
        return joined(Title(en="after", zh="经过"), length(subject, transition.delay), guard(transition))
    words = [worded(subject, event) for event in transition.events]
    return joined(joined(*words, by=" / ") if words else None, guard(transition))


def guard(transition: Transition) -> str:
    return f"[{transition.when.source}]" if transition.when is not None else ""


def length(subject: Subject, text: str) -> Title:
    """A length of time as written, or the figure that its name stands for."""
    figure = subject.procedure.parameters.get(text)
    told = text if figure is None else str(figure)
    found = _LENGTH.fullmatch(told)
    if found is None:
        return Title(en=told, zh=told)
    unit = _UNITS[found["unit"]]
    return Title(
        en=told, zh=f"{found['amount']} " + (f"个工作{unit.replace('天', '日')}" if found["working"] else unit)
    )


def promise(subject: Subject, name: str, clock: ClockSpec) -> Title:
    """A clock in one line: what it promises, and whom its ladder tells."""
    until = Title(en="until", zh="至")
    span = length(subject, clock.within) if clock.within else joined(until, clock.until or "")
    ladder = subject.procedure.bundle.ladders[clock.ladder].title
    told = joined(span, ladder, by=" → ")
    return (
        told if name in subject.procedure.shapes else joined(joined(subject.procedure.title_of(name), ":", by=""), told)
    )


def life(subject: Subject, name: str, clock: ClockSpec) -> Title:
    """A clock of the case in one line: its promise, and what starts, stops, pauses and resets it."""
    acts = {
        kind: joined(_TRIGGERS[kind], joined(*(_moved_by(subject, text) for text in texts), by=" / "))
        for kind, texts in clock.triggers
        if texts
    }
    return joined(promise(subject, name, clock), *(acts[kind] for kind in _TRIGGERS if kind in acts), by="; ")


def _moved_by(subject: Subject, text: str) -> Title | str:
    """What moves a clock: an event, a state that is entered, or a condition."""
    word, _, rest = text.partition(" ")
    if word == "in" and rest in subject.procedure.shapes:
        return joined("→", subject.procedure.title_of(rest))
    if word == "when":
        return joined(Title(en="when", zh="当"), rest)
    if text == "opened":
        return _OPENED
    return worded(subject, text)


def named(name: str) -> Title:
    """The name of an automated work or of an SOP, the same in both languages."""
    told = name.replace("_", " ")
    return Title(en=told, zh=told)


def _plain(word: str) -> Title:
    text = word.replace("_", " ").replace(".", ": ", 1)
    return Title(en=text[:1].upper() + text[1:], zh=text)


def _titled(text: Callable[[str], str]) -> Title:
    return Title(en=text("en"), zh=text("zh"))
