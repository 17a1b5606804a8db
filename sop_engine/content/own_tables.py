"""Tables that each firm has for itself, and that change often: rates of exchange, tariff lines, carriers' free
time, places.

A firm keeps them in a folder of its own. What it enters there stands in place of the packaged entries of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from sop_engine.cases.written.shape import faults_of
from sop_engine.content.library import ContentError
from sop_engine.content.place_files import NOTES, load_places
from sop_engine.content.rules import load_rules
from sop_engine.content.yaml_files import YamlFault
from sop_engine.freight.charges.free_time import FreeTimeTariffs
from sop_engine.freight.customs.tariff import TariffTable
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.monthly_rates import MonthlyRates
from sop_engine.freight.places import PlaceNote, PlaceNotes, Places

MONTHLY, RATES, TARIFF, FREE_TIME = "customs_rates.yaml", "exchange_rates.yaml", "tariff.yaml", "free_time.yaml"
OWN_FILES = (MONTHLY, RATES, TARIFF, FREE_TIME, NOTES)

Table = TypeVar("Table", bound=BaseModel)
Entry = TypeVar("Entry")


class OwnTables(NamedTuple):
    """The packaged tables with the firm's own entries in them."""

    exchange_rates: ExchangeRates
    tariff: TariffTable
    free_time: FreeTimeTariffs
    places: Places
    own_places: tuple[PlaceNote, ...]
    """Those of `places` that the firm entered."""


def load_own_tables(root: Path, folder: Path | None) -> OwnTables:
    """Reads the packaged tables and the firm's folder. Raises ContentError with every fault of every file in it."""
    rules = root / "rules"
    packaged = OwnTables(
        load_rules(rules / RATES, ExchangeRates),
        load_rules(rules / TARIFF, TariffTable),
        load_rules(rules / FREE_TIME, FreeTimeTariffs),
        load_places(root),
        (),
    )
    if folder is None:
        return packaged
    faults = _strangers(folder)
    monthly = _read(folder / MONTHLY, MonthlyRates, faults)
    rates = _read(folder / RATES, ExchangeRates, faults) or ExchangeRates(())
    tariff = _read(folder / TARIFF, TariffTable, faults) or TariffTable()
    free_time = _read(folder / FREE_TIME, FreeTimeTariffs, faults) or FreeTimeTariffs(())
    dated = monthly.dated if monthly is not None else ExchangeRates(())
    own_places = (_read(folder / NOTES, PlaceNotes, faults) or PlaceNotes()).places
    places = _places(root, own_places, faults)
    faults += _unknown_areas(free_time, places)
    packaged = packaged._replace(places=places, own_places=own_places)
    joined = _joined(folder.name, lambda: _with_own(packaged, rates, dated, tariff, free_time), faults)
    if joined is None or faults:
        raise ContentError(faults)
    return joined


def _places(root: Path, own: tuple[PlaceNote, ...], faults: list[YamlFault]) -> Places:
    try:
        return load_places(root, own)
    except ContentError as error:
        faults += error.faults
    return load_places(root)


def _unknown_areas(free_time: FreeTimeTariffs, places: Places) -> list[YamlFault]:
    """Tariffs of countries and places that are not known would never be found by a case."""
    found = [places.area_fault(stay.place, f"{index}.place") for index, stay in enumerate(free_time.root)]
    return [YamlFault(FREE_TIME, 1, 1, fault.where, f"{fault.what}; {fault.allowed}") for fault in filter(None, found)]


def _with_own(
    packaged: OwnTables, rates: ExchangeRates, dated: ExchangeRates, tariff: TariffTable, free_time: FreeTimeTariffs
) -> OwnTables:
    """Raises pydantic's ValidationError where the firm's entries do not go together."""
    return packaged._replace(
        exchange_rates=ExchangeRates(
            _replaced(packaged.exchange_rates.root, (*rates.root, *dated.root), lambda rate: rate.currency)
        ),
        tariff=TariffTable(
            lines=_replaced(packaged.tariff.lines, tariff.lines, lambda line: line.hs_code),
            agreements=_replaced(packaged.tariff.agreements, tariff.agreements, lambda agreement: agreement.name),
            remedies=(*packaged.tariff.remedies, *tariff.remedies),
            general_origins=tuple(dict.fromkeys((*packaged.tariff.general_origins, *tariff.general_origins))),
        ),
        free_time=FreeTimeTariffs(
            _replaced(
                packaged.free_time.root,
                free_time.root,
                lambda stay: (stay.carrier, stay.place, stay.direction, stay.charge),
            )
        ),
    )


def _replaced(
    packaged: Iterable[Entry], own: tuple[Entry, ...], name: Callable[[Entry], Hashable]
) -> tuple[Entry, ...]:
    entered = {name(entry) for entry in own}
    return (*(entry for entry in packaged if name(entry) not in entered), *own)


def _strangers(folder: Path) -> list[YamlFault]:
    """Files that nobody would read, such as `tarif.yaml`; or the folder itself, where it is not there."""
    allowed = f"allowed: {', '.join(OWN_FILES)}"
    if not folder.is_dir():
        return [YamlFault(str(folder), 1, 1, "", f"there is no such folder; it may hold: {', '.join(OWN_FILES)}")]
    found = sorted(path.name for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
    return [YamlFault(name, 1, 1, "", f"no table has this name; {allowed}") for name in found if name not in OWN_FILES]


def _read(path: Path, model: type[Table], faults: list[YamlFault]) -> Table | None:
    if not path.exists():
        return None
    try:
        return load_rules(path, model)
    except ContentError as error:
        faults += error.faults
    except UnicodeDecodeError as error:
        faults.append(YamlFault(path.name, 1, 1, "", f"the file is not UTF-8 text: {error.reason}"))
    return None


def _joined(name: str, join: Callable[[], OwnTables], faults: list[YamlFault]) -> OwnTables | None:
    try:
        return join()
    except ValidationError as error:
        faults += [YamlFault(name, 1, 1, ".".join(map(str, f.path)), f.message) for f in faults_of(error, ())]
    return None
