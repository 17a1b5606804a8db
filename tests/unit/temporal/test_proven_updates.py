"""Where a proof is looked for: no update and no start of a person's that it would not be found in."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import RawValue

from sop_engine.cases.people.statements import claim_of
from workflows.anchor import RecordsAnchor
from workflows.case import CaseWorkflow
from workflows.disposal import DisposalWorkflow
from workflows.duties import DutiesWorkflow
from workflows.handing_over import HandOverWorkflow
from workflows.notice import NoticeWorkflow
from workflows.order import OrderWorkflow
from workflows.readings import ReadingsWorkflow
from workflows.register import RegisterWorkflow
from workflows.streams import StreamsWorkflow
from workflows.watch import WatchWorkflow

OWN = (
    WatchWorkflow,
    DutiesWorkflow,
    RecordsAnchor,
    RegisterWorkflow,
    OrderWorkflow,
    ReadingsWorkflow,
    StreamsWorkflow,
    DisposalWorkflow,
    HandOverWorkflow,
    NoticeWorkflow,
)
NAMES = ("actor", "reader")


def definition(of: type) -> Any:
    return workflow._Definition.must_from_class(of)


UPDATES = [(of, name, update) for of in (CaseWorkflow, *OWN) for name, update in definition(of).updates.items()]


@pytest.mark.parametrize(("of", "name", "update"), UPDATES, ids=[f"{of.__name__} {name}" for of, name, _ in UPDATES])
def test_every_update_has_a_validator(of: type, name: str, update: Any) -> None:
    """Where there is none the SDK asks no interceptor before it accepts an update."""
    assert update.validator is not None


def places_of_names(model: type[BaseModel], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where a model says who it is by, however deep."""
    for name, field in model.model_fields.items():
        if name in NAMES:
            yield (*place, name)
        for kind in kinds_in(field.annotation):
            yield from places_of_names(kind, (*place, name))


def kinds_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from kinds_in(inner)


def given() -> Iterator[Any]:
    for of in OWN:
        found = definition(of)
        yield pytest.param(found.arg_types[0], id=of.__name__) if found.arg_types else None
        for name, update in found.updates.items():
            yield pytest.param(update.arg_types[0], id=f"{of.__name__} {name}")


@pytest.mark.parametrize("model", [each for each in given() if each is not None])
def test_whoever_a_message_names_is_found_in_it(model: Any) -> None:
    if model is RawValue or not issubclass(model, BaseModel):
        return
    for place in places_of_names(model):
        if place[0] == "facts":  # of the case that a notice is of, which started it
            continue
        said: Any = "li.na"
        for name in reversed(place):
            said = {name: said}
        assert claim_of([said]) == "li.na", place
