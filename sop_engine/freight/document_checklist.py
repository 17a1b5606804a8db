"""Which papers a shipment needs, by a table of rules."""

from typing import Literal, NamedTuple

from pydantic import ConfigDict, RootModel

from sop_engine.basis.models import Frozen

Direction = Literal["export", "import", "domestic"]
TransportMode = Literal["sea", "air", "road", "rail", "multimodal"]
CargoClass = Literal["general", "dangerous", "refrigerated"]


class ShipmentKind(Frozen):
    """What the papers depend on."""

    direction: Direction
    transport_mode: TransportMode
    cargo_class: CargoClass
    destination: str | None = None
    """UN/LOCODE."""


class DocumentCondition(Frozen):
    """For which shipments a rule speaks; what is left out does not matter."""

    direction: tuple[Direction, ...] = ()
    transport_mode: tuple[TransportMode, ...] = ()
    cargo_class: tuple[CargoClass, ...] = ()
    destination: tuple[str, ...] = ()
    """Countries (`US`) or places (`USLAX`)."""

    def holds(self, shipment: ShipmentKind) -> bool:
        return (
            (not self.direction or shipment.direction in self.direction)
            and (not self.transport_mode or shipment.transport_mode in self.transport_mode)
            and (not self.cargo_class or shipment.cargo_class in self.cargo_class)
            and (not self.destination or (shipment.destination or "").startswith(self.destination))
        )


class DocumentRule(Frozen):
    """One line of the table."""

    document: str
    source: Literal["customer", "us", "authority"]
    needed: bool = True
    """A paper that is not needed is asked for where it applies, but does not hold the shipment up."""
    when: DocumentCondition = DocumentCondition()


class DocumentTable(RootModel[tuple[DocumentRule, ...]]):
    """The firm's table. Of several rules for one paper the first that holds speaks."""

    model_config = ConfigDict(frozen=True)


class RequiredDocument(NamedTuple):
    """One paper of a shipment's list."""

    type: str
    needed: bool
    source: str


def document_checklist(shipment: ShipmentKind, table: DocumentTable) -> tuple[RequiredDocument, ...]:
    """The papers that a shipment needs, in the table's order."""
    listed: dict[str, RequiredDocument] = {}
    for rule in table.root:
        if rule.when.holds(shipment):
            listed.setdefault(rule.document, RequiredDocument(rule.document, rule.needed, rule.source))
    return tuple(listed.values())
