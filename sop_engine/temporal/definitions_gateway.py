"""What the command line asks of published definitions, and has published."""

from sop_engine.cases.contracts.definitions import (
    DefinitionText,
    DefinitionTextInput,
    DefinitionVersions,
    DefinitionVersionsInput,
)
from sop_engine.cases.contracts.orders import KeepDefinitionInput, OrderDone
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.orders import order
from sop_engine.temporal.queues import LIST_DEFINITION_VERSIONS, READ_DEFINITION


class DefinitionsGateway:
    """Every method may raise `UnreachableError` and the `SopError` that was answered."""

    def __init__(self, gateway: CaseGateway) -> None:
        self._gateway = gateway

    async def versions(self, sop: str) -> DefinitionVersions:
        """Every text of an SOP. Raises `NotFound`."""
        return await self._gateway.read(LIST_DEFINITION_VERSIONS, DefinitionVersionsInput(sop=sop), DefinitionVersions)

    async def text(self, asked: DefinitionTextInput) -> DefinitionText:
        """One of them. Raises `NotFound`, with what there is."""
        return await self._gateway.read(READ_DEFINITION, asked, DefinitionText)

    async def keep(self, given: KeepDefinitionInput) -> OrderDone:
        """Keeps a file as a draft, or publishes it. Raises `InvalidInput` with every fault, `NotPermitted`."""
        return await order(self._gateway, given)
