"""BPMN 2.0 by way of `bpmn-io`, a young package: this is the only module that knows it.

It arranges the units of a chart into rows and columns, and writes a diagram as a file. Lines and labels are ours: what
the package draws is made for cells of one size, and its lines run through symbols where a chart has loops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from bpmn_io import BpmnModdle, layout_process
from bpmn_io.moddle_xml.write import Writer

from sop_engine.cases.diagrams.model import Aside, Diagram, EventKind, Flow, Node, Scope
from sop_engine.drawing.placed import Label, Line, Note, Placed, Point, Shape

_CELL_WIDE, _CELL_HIGH = 150, 140
"""Of the package's grid, in pixels."""

_TYPES: Mapping[str, str] = {
    "start": "StartEvent",
    "end": "EndEvent",
    "catch": "IntermediateCatchEvent",
    "boundary": "BoundaryEvent",
    "user": "UserTask",
    "service": "ServiceTask",
    "call": "CallActivity",
    "box": "SubProcess",
    "aside": "SubProcess",
    "plain": "Task",
    "exclusive": "ExclusiveGateway",
    "parallel": "ParallelGateway",
    "event_based": "EventBasedGateway",
}
_ROOTS: Mapping[EventKind, tuple[str, str]] = {
    "message": ("Message", "messageRef"),
    "signal": ("Signal", "signalRef"),
    "escalation": ("Escalation", "escalationRef"),
}


def arranged(scope: Scope) -> dict[str, tuple[int, int]]:
    """The row and column of each unit of a chart."""
    moddle: Any = BpmnModdle()
    process = moddle.create("bpmn:Process", {"id": "chart"})
    tasks = {unit.id: moddle.create("bpmn:Task", {"id": f"u{at}"}) for at, unit in enumerate(scope.units)}
    pairs = dict.fromkeys((unit.id, way.to) for unit in scope.units for way in unit.every_way if unit.id != way.to)
    flows = [_flow(moddle, f"f{at}", tasks[one], tasks[other]) for at, (one, other) in enumerate(pairs)]
    process.get("flowElements").extend([*tasks.values(), *flows])
    read: Any = BpmnModdle().from_xml(layout_process(_xml(moddle, [process], []))).root_element
    bounds = {
        shape.get("bpmnElement").get("id"): shape.get("bounds")
        for shape in read.get("diagrams")[0].get("plane").get("planeElement")
        if shape.type_ == "bpmndi:BPMNShape"
    }
    return {
        name: (int(bounds[task.get("id")].get("y") // _CELL_HIGH), int(bounds[task.get("id")].get("x") // _CELL_WIDE))
        for name, task in tasks.items()
    }


def written(diagram: Diagram, charts: Mapping[str, Placed], language: str, *, is_executable: bool = False) -> str:
    """The diagram as BPMN 2.0 XML; `charts` are its scopes, laid out, by their ids.

    Engines refuse to read a process that is not executable; what people get is not, for it only shows the SOP.
    """
    return _Writer(diagram, charts, language).xml(is_executable=is_executable)


class _Writer:
    """Makes the elements of one file."""

    def __init__(self, diagram: Diagram, charts: Mapping[str, Placed], language: str) -> None:
        self._diagram, self._charts, self._language = diagram, charts, language
        self._moddle = BpmnModdle()
        self._elements: dict[str, Any] = {}
        self._roots: dict[tuple[str, str], Any] = {}

    def xml(self, *, is_executable: bool) -> str:
        scope = self._diagram.scope
        process = self._make(
            "bpmn:Process", scope.id, name=scope.title.text(self._language), isExecutable=is_executable
        )
        self._fill(process, scope)
        scopes = list(scope.every_scope())
        for each in scopes:
            self._annotate(self._elements[each.id], self._charts[each.id])
        planes = [self._plane(self._elements[each.id], self._charts[each.id]) for each in scopes]
        return _xml(self._moddle, [*self._roots.values(), process], planes)

    def _make(self, kind: str, name: str, /, **values: Any) -> Any:
        given = {key: value for key, value in values.items() if value is not None}
        # An engine that reads several SOPs takes a part of a process for a process, so its id is of the SOP, too.
        own = f"{self._diagram.scope.id}.{name}" if kind == "bpmn:SubProcess" else name
        self._elements[name] = self._moddle.create(kind, {"id": own, **given})
        return self._elements[name]

    # -- what it means -------------------------------------------------------------------------------------------------

    def _fill(self, container: Any, scope: Scope) -> None:
        inside = {each.id: each for each in scope.inside}
        made = []
        for node in scope.nodes():
            made.append(self._node(node))
            if node.id in inside:
                self._fill(self._elements[node.id], inside[node.id])
        for unit in scope.units:
            for edge in unit.edges:
                self._elements[edge.node.id].set("attachedToRef", self._elements[unit.core.id])
        flows = [self._flow(flow) for flow in scope.flows()]
        container.get("flowElements").extend([*made, *(self._aside(aside) for aside in scope.asides), *flows])

    def _node(self, node: Node) -> Any:
        title = node.title.text(self._language) if node.title is not None else None
        made = self._make(f"bpmn:{_TYPES[node.kind]}", node.id, name=title)
        if node.event != "none":
            made.get("eventDefinitions").append(self._event(node))
        if node.kind == "boundary":
            made.set("cancelActivity", node.interrupts)
        if node.kind == "call":
            made.set("calledElement", node.calls)
        if node.is_many:
            cardinality = self._expression("1")
            made.set(
                "loopCharacteristics",
                self._moddle.create("bpmn:MultiInstanceLoopCharacteristics", {"loopCardinality": cardinality}),
            )
        if node.kind in ("user", "service") and node.detail is not None:
            told = {"text": node.detail.text(self._language)}
            made.get("documentation").append(self._moddle.create("bpmn:Documentation", told))
        return made

    def _event(self, node: Node) -> Any:
        kind = f"bpmn:{node.event.capitalize()}EventDefinition"
        values: dict[str, Any] = {"id": f"{node.id}__event"}
        if node.event == "timer":
            values["timeDuration"] = self._expression(node.told)
        elif node.event == "conditional":
            values["condition"] = self._expression(node.told)
        else:
            root, reference = _ROOTS[node.event]
            values[reference] = self._root(root, node.told)
        return self._moddle.create(kind, values)

    def _root(self, kind: str, told: str) -> Any:
        """A message, signal or escalation is one for the whole file."""
        if (kind, told) not in self._roots:
            name = f"{kind}_{len(self._roots) + 1}"
            code = {"escalationCode": told} if kind == "Escalation" else {}
            self._roots[kind, told] = self._moddle.create(f"bpmn:{kind}", {"id": name, "name": told, **code})
        return self._roots[kind, told]

    def _expression(self, text: str) -> Any:
        return self._moddle.create("bpmn:FormalExpression", {"body": text})

    def _flow(self, flow: Flow) -> Any:
        source, target = self._elements[flow.source], self._elements[flow.target]
        made = _flow(self._moddle, flow.id, source, target)
        self._elements[flow.id] = made
        if flow.title is not None:
            made.set("name", flow.title.text(self._language))
        if flow.condition is not None:
            made.set("conditionExpression", self._expression(flow.condition))
        if flow.is_default:
            source.set("default", made)
        return made

    def _aside(self, aside: Aside) -> Any:
        box = self._node(aside.box)
        box.set("triggeredByEvent", True)
        start, end = self._node(aside.start), self._node(aside.end)
        box.get("flowElements").extend([start, end, self._flow(aside.flow)])
        return box

    # -- where it stands -----------------------------------------------------------------------------------------------

    def _plane(self, about: Any, chart: Placed) -> Any:
        name = about.get("id")
        # What stands over a flow without a name of its own is the name of the event that it leaves.
        told = {line.flow.source: line.label for line in chart.lines if line.label is not None and not line.flow.title}
        drawn = [
            *(self._shape(shape, told.get(shape.node.id)) for shape in chart.shapes),
            *(self._line(line) for line in chart.lines),
            *(each for note in chart.notes for each in self._note(note)),
        ]
        plane = self._moddle.create(
            "bpmndi:BPMNPlane", {"id": f"{name}__plane", "bpmnElement": about, "planeElement": drawn}
        )
        return self._moddle.create("bpmndi:BPMNDiagram", {"id": f"{name}__diagram", "plane": plane})

    def _shape(self, shape: Shape, told: Label | None) -> Any:
        node, frame = shape.node, shape.frame
        made = self._drawn(
            "bpmndi:BPMNShape", node.id, bounds=self._bounds(frame.x, frame.y, frame.width, frame.height)
        )
        if node.kind in ("box", "aside"):
            made.set("isExpanded", node.kind == "aside")
        elif node.kind == "exclusive":
            made.set("isMarkerVisible", True)
        elif shape.labels and node.kind in ("start", "end", "catch", "event_based"):
            told = shape.labels[0]
        if told is not None:
            made.set("label", self._label(told))
        return made

    def _line(self, line: Line) -> Any:
        made = self._drawn("bpmndi:BPMNEdge", line.flow.id, waypoint=self._points(line.points))
        if line.label is not None and line.flow.title is not None:
            made.set("label", self._label(line.label))
        return made

    def _note(self, note: Note) -> Iterable[Any]:
        frame = note.label.frame
        yield self._drawn("bpmndi:BPMNShape", note.id, bounds=self._bounds(frame.x, frame.y, frame.width, frame.height))
        if note.about is not None:
            yield self._drawn("bpmndi:BPMNEdge", f"{note.id}__line", waypoint=self._points(note.line))

    def _annotate(self, container: Any, chart: Placed) -> None:
        """Notes are artifacts beside the flow."""
        for note in chart.notes:
            text = self._make("bpmn:TextAnnotation", note.id, text="\n".join(note.label.lines))
            container.get("artifacts").append(text)
            if note.about is not None:
                about = self._elements[note.about]
                container.get("artifacts").append(
                    self._make("bpmn:Association", f"{note.id}__line", sourceRef=about, targetRef=text)
                )

    def _drawn(self, kind: str, name: str, **values: Any) -> Any:
        about = self._elements[name]
        return self._moddle.create(kind, {"id": f"{name}__drawn", "bpmnElement": about, **values})

    def _label(self, label: Label) -> Any:
        frame = label.frame
        bounds = self._bounds(frame.x, frame.y, frame.width, frame.height)
        return self._moddle.create("bpmndi:BPMNLabel", {"bounds": bounds})

    def _bounds(self, x: float, y: float, width: float, height: float) -> Any:
        values = {"x": round(x), "y": round(y), "width": round(width), "height": round(height)}
        return self._moddle.create("dc:Bounds", values)

    def _points(self, points: tuple[Point, ...]) -> list[Any]:
        return [self._moddle.create("dc:Point", {"x": round(x), "y": round(y)}) for x, y in points]


def _flow(moddle: Any, name: str, source: Any, target: Any) -> Any:
    made = moddle.create("bpmn:SequenceFlow", {"id": name, "sourceRef": source, "targetRef": target})
    source.get("outgoing").append(made)
    target.get("incoming").append(made)
    return made


def _xml(moddle: Any, roots: list[Any], diagrams: list[Any]) -> str:
    definitions = moddle.create(
        "bpmn:Definitions",
        {"id": "definitions", "targetNamespace": "urn:sop", "rootElements": roots, "diagrams": diagrams},
    )
    # The package's own sink copies all it holds at each word.
    sink = StringIO()
    Writer(format=True).to_xml(definitions, sink)
    return sink.getvalue()
