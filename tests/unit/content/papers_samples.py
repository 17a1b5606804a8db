"""The papers that a case asked for."""

from collections.abc import Iterator

from sop_engine.cases.written.procedure import Procedure
from tests.unit.content.content_house import compiled, shipped
from tests.unit.content.written_effects import effects


def made() -> Iterator[tuple[Procedure, str]]:
    """Each SOP with each paper that one of its steps makes."""
    for sop in shipped().sops:
        procedure = compiled(sop)
        for template in sorted({effect["document"] for effect in effects(procedure, "document")}):
            yield procedure, template
