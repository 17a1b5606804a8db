"""How the values of a case become a paper of the sub-ledger."""

from typing import TypeVar

from pydantic import BaseModel

from sop_engine.cases.contracts.effects import WorkInput

Model = TypeVar("Model", bound=BaseModel)


def handed_in(model: type[Model], given: WorkInput) -> Model:
    """What the work was handed; a value not filled in counts as not given. Raises pydantic's ValidationError."""
    return model.model_validate({name: value for name, value in given.values.items() if value is not None})
