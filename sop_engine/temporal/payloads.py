"""How values become payloads: pydantic's way, with one converter for all of a process."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter

from sop_engine.basis.faults import Fault, InvalidInput, faults_of
from sop_engine.cases.contracts.base import ActivityInput


class Undecodable:
    """Stands for what an activity was asked where it does not fit; whoever admits activities refuses it in words.

    Raised while decoding, the error would have the SDK try the activity again for ever, before anybody saw who asked.
    """

    def __init__(self, error: InvalidInput) -> None:
        self.error = error


class SharedPayloadConverter(PydanticPayloadConverter):
    """Every instance is the same one. The SDK makes a converter for each run, and each would read all shapes anew."""

    _only: ClassVar[PydanticPayloadConverter | None] = None

    def __new__(cls) -> Self:
        if not isinstance(cls._only, cls):
            cls._only = super().__new__(cls)
        assert isinstance(cls._only, cls)
        return cls._only

    def __init__(self) -> None:
        if not hasattr(self, "converters"):
            super().__init__()

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        try:
            return super().from_payloads(payloads, type_hints)
        except Exception as error:
            asked = type_hints[0] if type_hints else None
            if not (isinstance(asked, type) and issubclass(asked, ActivityInput)):
                raise
            faults = faults_of(error, asked) if isinstance(error, ValidationError) else [Fault("", str(error))]
            return [Undecodable(InvalidInput("what was asked does not fit", faults))]


PAYLOADS = DataConverter(payload_converter_class=SharedPayloadConverter)
