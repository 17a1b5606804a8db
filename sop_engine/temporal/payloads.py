"""How values become payloads: pydantic's way, with one converter for all of a process."""

from typing import ClassVar, Self

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter


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


PAYLOADS = DataConverter(payload_converter_class=SharedPayloadConverter)
