"""The JSON Schema of a file of scenarios, made of the models that read it. No name in it is looked up."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from sop_engine.cases.scenarios.model import EXPECTATIONS, STEPS, Expects, Given
from sop_engine.cases.scenarios.reading import ScenarioBody, ScenariosWritten
from sop_engine.content.model_schemas import described, refer, whole

FILE = "scenarios.schema.json"
"""Its name in the content, which the files of scenarios give in their first line."""
MODELS: tuple[type[BaseModel], ...] = (ScenariosWritten, ScenarioBody, Given, *STEPS.values(), *EXPECTATIONS.values())


def scenario_schema() -> dict[str, Any]:
    """The whole schema."""
    definitions = described(MODELS)
    root = definitions.pop(ScenariosWritten.__name__)
    body, given = definitions[ScenarioBody.__name__], definitions[Given.__name__]
    # Each scenario says what the file does not say for all of them, so neither need say everything.
    del given["required"]
    for holder in (root, body):
        holder["properties"]["given"] = refer(Given.__name__)
    root["properties"]["scenarios"]["additionalProperties"] = refer(ScenarioBody.__name__)
    definitions["Step"] = _any_of(STEPS.values())
    definitions["Expectation"] = _any_of(EXPECTATIONS.values())
    expected = {"type": "array", "items": refer("Expectation")}
    body["properties"]["when"] |= {"items": refer("Step")}
    body["properties"]["then"] |= expected
    definitions[Expects.__name__]["properties"]["expect"] = {"anyOf": [refer("Expectation"), expected]}
    return whole(root, definitions)


def _any_of(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    return {"anyOf": [refer(model.__name__) for model in models]}
