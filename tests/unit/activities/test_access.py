"""Every activity is either declared a read or is done for one case; nothing else can be registered unnoticed."""

import inspect
import typing
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine

from activities.access import is_read, reads
from activities.work_rules import load_work_rules
from sop_engine.cases.contracts.base import ActivityInput, ForCase
from sop_engine.content.library import content_root, load_library
from sop_engine.records.engine import open_engine, read_only, writing
from sop_engine.settings import read_settings
from sop_engine.temporal.writes import ERRANDS, kind_of
from worker import activities


def of_a_worker() -> list[Callable[..., Any]]:
    engine = create_engine("sqlite://")
    return list(activities(read_settings({}), load_library(), engine, load_work_rules(content_root())))


@pytest.mark.parametrize("activity", of_a_worker(), ids=lambda activity: activity.__name__)
def test_an_activity_reads_or_is_done_for_one_case(activity: Callable[..., Any]) -> None:
    parameters = list(inspect.signature(activity).parameters)
    if is_read(activity):
        assert all(issubclass(typing.get_type_hints(activity)[name], ActivityInput) for name in parameters)
        return
    assert len(parameters) == 1, f"{activity.__name__} is neither a read nor takes one input of a case"
    taken = typing.get_type_hints(activity)[parameters[0]]
    assert issubclass(taken, ForCase), f"{activity.__name__} is neither a read nor done for one case"


@pytest.mark.parametrize("activity", of_a_worker(), ids=lambda activity: activity.__name__)
def test_an_activity_reads_or_says_what_it_writes(activity: Callable[..., Any]) -> None:
    """A repair carries out again what writes for a case; what it does not know of would be lost."""
    assert is_read(activity) != (kind_of(activity) is not None)
    taken = typing.get_type_hints(activity)
    if kind_of(activity) in ERRANDS:
        assert all(name in taken["given"].model_fields for name in ("key",)), "an errand is known by its key"


def test_an_activity_that_nobody_thought_about_is_no_read() -> None:
    def forgotten() -> None: ...

    assert not is_read(forgotten)
    assert is_read(reads(forgotten))


def test_what_is_declared_a_read_cannot_write() -> None:
    engine = open_engine("sqlite://")
    with read_only(), pytest.raises(RuntimeError, match="read only"), writing(engine):
        pass
    with writing(engine):
        pass
