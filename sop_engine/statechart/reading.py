"""Reads the small parts of a chart: keys, texts, expressions, values and actions; collects every fault on the way."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sop_engine.basis.suggestion import suggestion
from sop_engine.statechart.expression_days import Days
from sop_engine.statechart.expression_kinds import FieldType
from sop_engine.statechart.expression_types import type_of
from sop_engine.statechart.expressions import Expression, ExpressionError, compile_expression
from sop_engine.statechart.faults import Fault, Path
from sop_engine.statechart.model import (
    Action,
    Actions,
    CancelSend,
    Conditional,
    RaiseEvent,
    RequestEffect,
    SendEvent,
    SetData,
    Value,
)
from sop_engine.statechart.values import accept

MAXIMUM_KEYS = 8
EVENT_NAME = re.compile(r"[\w-]+(\.[\w-]+)*")

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Reader:
    """Reads with the names, effects and states that a chart knows."""

    def __init__(
        self,
        names: Mapping[str, FieldType] | None,
        constants: Mapping[str, Any],
        effects: frozenset[str],
        states: Mapping[str, Any],
        delay_fault: Callable[[str], str | None],
        days: Days | None = None,
    ) -> None:
        self.faults: list[Fault] = []
        self._names = names
        self._constants = constants
        self._effects = effects
        self._states = states
        self._delay_fault = delay_fault
        self._days = days

    def fault(self, path: Path, message: str) -> None:
        self.faults.append(Fault(path, message))

    def mapping(self, raw: Any, path: Path, allowed: tuple[str, ...] | None = None) -> Mapping[str, Any]:
        """The mapping itself, or an empty one and a fault; faults for keys that are not allowed."""
        if not isinstance(raw, Mapping):
            self.fault(path, f"expected a mapping, found {raw!r}")
            return _NOTHING
        for key in raw:
            if not isinstance(key, str):
                self.fault(path, f"the key {key!r} is not text")
            elif allowed is not None and key not in allowed:
                meant = suggestion(key, allowed)
                self.fault((*path, key), f"unknown key '{key}'{meant} (allowed: {', '.join(allowed)})")
        return {key: item for key, item in raw.items() if isinstance(key, str) and (allowed is None or key in allowed)}

    def text(self, raw: Any, path: Path) -> str:
        if isinstance(raw, str) and raw:
            return raw
        self.fault(path, f"expected text, found {raw!r}")
        return ""

    def event_name(self, raw: Any, path: Path) -> str:
        name = self.text(raw, path)
        if name and not EVENT_NAME.fullmatch(name):
            self.fault(path, f"'{name}' is not an event name: words joined by dots")
        return name

    def delay(self, raw: Any, path: Path) -> str:
        text = self.text(raw, path)
        message = self._delay_fault(text) if text else None
        if message:
            self.fault(path, message)
        return text

    def state(self, raw: Any, path: Path) -> str | None:
        name = self.text(raw, path)
        if name in self._states:
            return name
        if name:
            self.fault(path, f"unknown state '{name}'{suggestion(name, self._states)}")
        return None

    def expression(self, raw: Any, path: Path) -> Expression | None:
        if isinstance(raw, bool):
            raw = "true" if raw else "false"
        source = self.text(raw, path)
        if not source:
            return None
        try:
            expression = compile_expression(source, self._names, self._days)
        except ExpressionError as error:
            self.fault(path, str(error))
            return None
        for name in expression.states:
            self.state(name, path)
        return expression

    def value(self, raw: Any, path: Path) -> Value:
        """A text is an expression; mappings and lists are read through; anything else stands for itself."""
        if isinstance(raw, str):
            return self.expression(raw, path)
        if isinstance(raw, Mapping):
            return MappingProxyType(
                {key: self.value(item, (*path, key)) for key, item in self.mapping(raw, path).items()}
            )
        if isinstance(raw, list | tuple):
            return tuple(self.value(item, (*path, index)) for index, item in enumerate(raw))
        return self.constant(raw, path)

    def values(self, raw: Any, path: Path) -> Mapping[str, Value]:
        return MappingProxyType({key: self.value(item, (*path, key)) for key, item in self.mapping(raw, path).items()})

    def constant(self, raw: Any, path: Path) -> Any:
        try:
            return accept(raw)
        except ValueError as error:
            self.fault(path, str(error))
            return None

    def actions(self, raw: Any, path: Path) -> Actions:
        """A list of actions; one alone may stand without the list."""
        if isinstance(raw, Mapping):
            return self._action(raw, path)
        if isinstance(raw, list | tuple):
            return tuple(action for index, item in enumerate(raw) for action in self._action(item, (*path, index)))
        self.fault(path, f"expected a list of actions, found {raw!r}")
        return ()

    def _action(self, raw: Any, path: Path) -> Actions:
        kind = next(iter(raw), None) if isinstance(raw, Mapping) else None
        if kind == "set":
            return self._set(self.mapping(raw, path, ("set",)).get("set"), (*path, "set"))
        if kind == "raise":
            action = self.mapping(raw, path, ("raise", "with"))
            return (RaiseEvent(self.event_name(action["raise"], (*path, "raise")), self._with(action, path)),)
        if kind == "send":
            return (self._send(self.mapping(raw, path, ("send", "id", "after", "with")), path),)
        if kind == "cancel":
            action = self.mapping(raw, path, ("cancel",))
            return (CancelSend(self.text(action["cancel"], (*path, "cancel"))),)
        if kind == "if":
            return self._conditional(self.mapping(raw, path, ("if", "then", "else")), path)
        if isinstance(kind, str) and kind in self._effects:
            return (self._effect(kind, self.mapping(raw, path), path),)
        known = (*_CORE_ACTIONS, *sorted(self._effects))
        meant = suggestion(kind, known) if isinstance(kind, str) else ""
        self.fault(path, f"unknown action {kind!r}{meant} (an action begins with one of: {', '.join(known)})")
        return ()

    def _with(self, action: Mapping[str, Any], path: Path) -> Mapping[str, Value]:
        return self.values(action["with"], (*path, "with")) if "with" in action else _NOTHING

    def _send(self, action: Mapping[str, Any], path: Path) -> Action:
        name = self.event_name(action["send"], (*path, "send"))
        after = self.delay(action["after"], (*path, "after")) if "after" in action else None
        identity = self.text(action["id"], (*path, "id")) if "id" in action else name
        return SendEvent(name, self._with(action, path), after, identity)

    def _conditional(self, action: Mapping[str, Any], path: Path) -> Actions:
        when = self.expression(action["if"], (*path, "if"))
        then = self.actions(action.get("then", ()), (*path, "then"))
        otherwise = self.actions(action.get("else", ()), (*path, "else"))
        return (Conditional(when, then, otherwise),) if when is not None else ()

    def _effect(self, kind: str, action: Mapping[str, Any], path: Path) -> Action:
        target = action[kind]
        if target is not None and not isinstance(target, str):
            self.fault((*path, kind), f"expected a name, found {target!r}")
            target = None
        options = {key: self.constant(item, (*path, key)) for key, item in action.items() if key not in (kind, "with")}
        return RequestEffect(kind, target, MappingProxyType(options), self._with(action, path))

    def _set(self, raw: Any, path: Path) -> Actions:
        return tuple(
            SetData(self._field(name, (*path, name), value), value) for name, value in self.values(raw, path).items()
        )

    def _field(self, name: str, path: Path, value: Value) -> tuple[str, ...]:
        keys = tuple(name.split("."))
        if len(keys) > MAXIMUM_KEYS:
            self.fault(path, f"a field lies at most {MAXIMUM_KEYS} records deep")
        elif not all(key.isidentifier() and not key.startswith("_") for key in keys):
            self.fault(path, f"'{name}' is not the name of a field")
        elif keys[0] in self._constants:
            self.fault(path, f"{keys[0]} is a constant and cannot be set")
        elif self._names is not None:
            self._check_field(keys, path, value)
        return keys

    def _check_field(self, keys: tuple[str, ...], path: Path, value: Value) -> None:
        fields: Mapping[str, FieldType] = self._names or {}
        field = FieldType("any")
        for key in keys:
            if field.kind not in ("record", "any"):
                self.fault(path, f"{field.kind} has no field '{key}'")
                return
            if key not in fields and fields:
                self.fault(path, f"unknown name {key}{suggestion(key, fields)}")
                return
            field = fields.get(key, FieldType("any"))
            fields = field.fields
        given = value.type if isinstance(value, Expression) else type_of(value)
        if not field.accepts(given):
            self.fault(path, f"the field is {field.kind}, the value {given.kind}")


_CORE_ACTIONS = ("set", "raise", "send", "cancel", "if")
