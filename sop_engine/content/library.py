"""The library of a site: its SOPs, calendars, ladders and organisation, read from files and checked.

This is the one module that knows where the content lies. It gives bundles: everything one case needs, as data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sop_engine.cases.people.organization import Organization
from sop_engine.cases.written.definition import SopDefinition, fault_of_list
from sop_engine.cases.written.engine_version import ENGINE_VERSION
from sop_engine.cases.written.procedure import Bundle, DefinitionError
from sop_engine.cases.written.register import RegisterSpec
from sop_engine.cases.written.shape import faults_of, split_states
from sop_engine.cases.written.stream import StreamSpec
from sop_engine.content.calendars import read_calendars
from sop_engine.content.channel_file import CHANNELS, ChannelFile, read_channels
from sop_engine.content.channel_file import NOTHING as NO_CHANNELS
from sop_engine.content.dunning_rungs import days_of_levels, placed
from sop_engine.content.inner import inner_of, without_inner
from sop_engine.content.legal_figures import legal_figures
from sop_engine.content.organization_file import read_organization
from sop_engine.content.placing import keys_of, sentence_of
from sop_engine.content.published import published_by
from sop_engine.content.read_fields import with_reads
from sop_engine.content.register_files import REGISTERS, read_registers
from sop_engine.content.retention_file import NOTHING as NO_RETENTION
from sop_engine.content.retention_file import RETENTION, RetentionFile, read_retention
from sop_engine.content.schedules import NOTHING as NO_SCHEDULES
from sop_engine.content.schedules import SCHEDULES, Schedules, read_schedules
from sop_engine.content.shared.expanding import expanded
from sop_engine.content.shared.parts import NOTHING, USE, Parts
from sop_engine.content.shared.reading import FIELDS, FRAGMENTS, SHARED, TYPES, parts_of
from sop_engine.content.sop_file import SopFile, children_of
from sop_engine.content.stream_files import STREAMS, read_streams
from sop_engine.content.yaml_files import YamlFault, YamlFile, read_noting
from sop_engine.freight.legal_clocks import LegalClocks
from sop_engine.timekeeping.calendar import BusinessCalendar
from sop_engine.timekeeping.festivals import Festival
from sop_engine.timekeeping.ladders import Ladder, LadderError, parse_ladder

CALENDARS, DOCUMENTS, NOTICES, RULES = "calendars", "documents", "notices", "rules"
NO_PROCEDURES = frozenset({CALENDARS, DOCUMENTS, NOTICES, REGISTERS, RULES, SHARED, STREAMS})
"""The folders that have a reader of their own; every other one holds procedures and nothing else."""
SCENARIOS = ".scenarios.yaml"
"""How the names of files end that lie beside procedures and are none."""

Model = TypeVar("Model", bound=BaseModel)


class ContentError(Exception):
    """Content that cannot be used; every fault with its file and line."""

    def __init__(self, faults: list[YamlFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, faults)))


@dataclass(frozen=True, repr=False)
class Library:
    """All content of a site. It is not written out: whatever shows what it holds, an error or a task, would do it."""

    root: Path
    organization: Organization
    ladders: Mapping[str, Ladder]
    calendars: Mapping[str, BusinessCalendar]
    sops: Mapping[str, SopFile]
    overrides: Mapping[str, Mapping[str, Any]]
    legal_clocks: LegalClocks
    parts: Parts
    registers: Mapping[str, RegisterSpec]
    streams: Mapping[str, StreamSpec] = field(default_factory=dict)
    festivals: Mapping[str, tuple[Festival, ...]] = field(default_factory=dict)
    """Of each calendar."""
    schedules: Schedules = NO_SCHEDULES
    retention: RetentionFile = NO_RETENTION
    channels: ChannelFile = NO_CHANNELS

    def opening_day(self, definition: SopDefinition, opened_at: datetime) -> date:
        """The day on which a case opens, in the zone of its calendar; that there is one is checked with the chart."""
        calendar = self.calendars.get(definition.calendar)
        return calendar.local_date(opened_at) if calendar is not None else opened_at.date()

    def sop_calendars(self) -> Mapping[str, BusinessCalendar]:
        """The calendar of each SOP, by the SOP's name."""
        return {name: self.calendars[each.definition.calendar] for name, each in self.sops.items()}

    def bundle(self, sop: str, on: date) -> Bundle:
        """Everything a case of the SOP needs that opens on a day.

        Raises KeyError for an SOP that is not there, DefinitionError where a rule it names is not, or not on that day.
        """
        return self.bundle_of(self.sops[sop], on)

    def bundle_of(self, sop_file: SopFile, on: date) -> Bundle:
        definition = sop_file.definition
        legal, faults = legal_figures(definition.parameters, self.legal_clocks, on)
        if faults:
            raise DefinitionError(definition.sop, faults)
        overrides = self.overrides.get(sop_file.outer or definition.sop, {})
        parameters = {
            name: legal[name].value if name in legal else overrides.get(name, spec.default)
            for name, spec in definition.parameters.items()
        }
        calendars, ladders = self._named(definition)
        return Bundle(
            engine_version=ENGINE_VERSION,
            is_exact=True,
            definition=sop_file.file.value,
            content_hash=sop_file.content_hash,
            parameters=parameters,
            rules={name: figure.rule for name, figure in legal.items()},
            calendars={name: self.calendars[name] for name in calendars if name in self.calendars},
            ladders={name: self.ladders[name] for name in ladders if name in self.ladders},
            superiors={name: role.superior for name, role in self.organization.roles.items()},
            child_events={
                child: tuple(self.sops[child].definition.events) for child in sop_file.child_sops if child in self.sops
            },
        )

    def _named(self, definition: SopDefinition) -> tuple[tuple[str, ...], tuple[str, ...]]:
        _, shapes, _ = split_states(definition.states)
        specs = [*definition.clocks.values(), *(spec for shape in shapes.values() for _, spec in shape.clocks)]
        calendars = dict.fromkeys(
            [definition.calendar, *(spec.calendar for spec in specs if spec.calendar is not None)]
        )
        return tuple(calendars), tuple(dict.fromkeys(spec.ladder for spec in specs))

    @property
    def templates(self) -> tuple[str, ...]:
        """Every document that an SOP may ask for."""
        return tuple(sorted(path.name.removesuffix(".typ") for path in (self.root / DOCUMENTS).glob("*.typ")))

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(sorted(path.name.removesuffix(".j2") for path in (self.root / NOTICES).glob("*.j2")))


def content_root() -> Path:
    """Where the packaged content lies."""
    return Path(str(resources.files("sop_definitions")))


def load_library(
    root: Path | None = None,
    organization_file: Path | None = None,
    parameters_file: Path | None = None,
    schedules_file: Path | None = None,
    retention_file: Path | None = None,
) -> Library:
    """Reads all content; a site's own file stands in place of the one at the root. Files that cannot be read at all are
    listed in ContentError, all at once, and so is one that was named and is not there.
    """
    root = root or content_root()
    faults: list[YamlFault] = []
    ladders = _ladders(root / "ladders.yaml", root / "ledger.yaml", faults)
    calendars, festivals = read_calendars(root / CALENDARS, faults)
    organization = read_organization(organization_file or root / "organization.yaml", calendars, faults)
    sops: dict[str, SopFile] = {}
    parts = load_parts(root, faults)
    files = [
        file for path in sorted((root / REGISTERS).glob("*.yaml")) if (file := read_noting(path, faults)) is not None
    ]
    registers = read_registers(files, parts, None if organization is None else organization.roles, faults)
    streams = read_streams(root, parts, None if organization is None else organization.roles, faults)
    written = [file for path in procedure_files(root) if (file := read_noting(path, faults)) is not None]
    parts = replace(parts, registers=registers, published=published_by(written, parts))
    for procedure in written:
        sop_file = sop_of(procedure, faults, parts)
        if sop_file is None:
            continue
        for each in sop_file.and_inner():
            name = each.definition.sop
            if name in sops:
                faults.append(each.place(("sop",), f"{name} is defined in {sops[name].file.name} already"))
            sops[name] = each
    overrides = _overrides(parameters_file or _if_there(root / "parameters.yaml"), sops, faults)
    legal_clocks = _legal_clocks(root / RULES / "legal_clocks", faults)
    schedules = read_schedules(schedules_file or _if_there(root / SCHEDULES), faults)
    retention = read_retention(retention_file or _if_there(root / RETENTION), faults)
    channels = read_channels(root / CHANNELS, faults)
    if faults or organization is None:
        raise ContentError(faults)
    return Library(
        root,
        organization,
        ladders,
        calendars,
        sops,
        overrides,
        legal_clocks,
        parts,
        registers,
        streams,
        festivals,
        schedules,
        retention,
        channels,
    )


def _if_there(path: Path) -> Path | None:
    """A file that a site need not have."""
    return path if path.exists() else None


def procedure_files(root: Path) -> tuple[Path, ...]:
    """Every SOP file, in whatever folder it lies."""
    found = (path for path in sorted(root.glob("*/*.yaml")) if path.parent.name not in NO_PROCEDURES)
    return tuple(path for path in found if not path.name.endswith(SCENARIOS))


def load_parts(root: Path, faults: list[YamlFault]) -> Parts:
    """What the procedures may use by name; a site need not have any. Adds every fault found."""
    paths = (root / SHARED / name for name in (TYPES, FIELDS, FRAGMENTS))
    types, fields, fragments = (read_noting(path, faults) if path.exists() else None for path in paths)
    return parts_of(types or NOTHING, fields or NOTHING, fragments or NOTHING, faults)


def load_calendars(root: Path) -> dict[str, BusinessCalendar]:
    """The calendars alone, for work that counts days. Raises ContentError with every fault."""
    faults: list[YamlFault] = []
    calendars, _ = read_calendars(root / CALENDARS, faults)
    if faults:
        raise ContentError(faults)
    return calendars


def read_sop(path: Path, faults: list[YamlFault], parts: Parts) -> SopFile | None:
    """Reads one SOP's shape; what its chart says is compiled later. Adds every fault found."""
    file = read_noting(path, faults)
    return None if file is None else sop_of(file, faults, parts)


def sop_of(written: YamlFile, faults: list[YamlFault], parts: Parts) -> SopFile | None:
    """What a file says as an SOP, the shared parts it uses written out; none, and every fault, where it is none."""
    if not isinstance(written.value, Mapping):
        faults.append(YamlFault(written.name, 1, 1, "", "an SOP is a mapping that begins with `sop:`"))
        return None
    misused: list[YamlFault] = []
    own, places = without_inner(written)
    file, used, reasons = expanded(own, parts, misused)
    faults += misused
    file = with_reads(file, parts, faults)
    definition = _validated(file, SopDefinition, faults, misused)
    inner = tuple(_inner(written, file, place, faults, parts) for place in places)
    if definition is None:
        return None
    canonical = json.dumps(file.value, ensure_ascii=False, separators=(",", ":"))
    return SopFile(
        file=file,
        definition=definition,
        content_hash=hashlib.sha256(canonical.encode()).hexdigest(),
        text=canonical,
        child_sops=children_of(definition),
        used=used,
        reasons=reasons,
        inner=tuple(each.within(definition.sop) for each in inner if each is not None),
    )


def _inner(
    written: YamlFile, outer: YamlFile, place: tuple[str | int, ...], faults: list[YamlFault], parts: Parts
) -> SopFile | None:
    found = inner_of(written, outer, place, faults)
    read = sop_of(found.file, faults, parts) if found is not None else None
    return replace(read, given=found.given) if read is not None and found is not None else None


def definition_faults(sop_file: SopFile, error: DefinitionError) -> list[YamlFault]:
    """A definition's faults with the lines of its file."""
    return [sop_file.place(fault.path, fault.message) for fault in error.faults]


def _validated(
    file: YamlFile, model: type[Model], faults: list[YamlFault], misused: Sequence[YamlFault] = ()
) -> Model | None:
    """What a file says; what follows from a shared part that is `misused` is not told a second time."""
    try:
        return model.model_validate(file.value)
    except ValidationError as error:
        told = tuple(fault.path.removesuffix(f".{USE}") for fault in misused)
        found = (file.fault(found.path, found.message) for found in faults_of(error, ()))
        faults += [fault for fault in found if not any(f"{fault.path}.".startswith(f"{path}.") for path in told)]
    return None


def _legal_clocks(folder: Path, faults: list[YamlFault]) -> LegalClocks:
    """The periods of all files as one table, in which an id means one thing."""
    files = (read_noting(path, faults) for path in sorted(folder.glob("*.yaml")))
    tables = [_validated(file, LegalClocks, faults) for file in files if file is not None]
    try:
        return LegalClocks(tuple(clock for table in tables if table is not None for clock in table.root))
    except ValidationError as error:
        faults += [YamlFault(folder.name, 1, 1, "", found.message) for found in faults_of(error, ())]
        return LegalClocks(())


def _ladders(path: Path, ledger: Path, faults: list[YamlFault]) -> dict[str, Ladder]:
    file = read_noting(path, faults)
    ladders: dict[str, Ladder] = {}
    if file is None:
        return ladders
    # A ledger that cannot be read is reported by whoever posts by it.
    written = read_noting(ledger, []) if ledger.exists() else None
    days = days_of_levels(written.value if written is not None else None)

    def note(place: tuple[str | int, ...], fault: str) -> None:
        faults.append(YamlFault(path.name, *file.place(place), ".".join(map(str, place)), fault))

    for name, body in file.entries(faults).items():
        if not isinstance(body, Mapping):
            note((name,), "a ladder is a mapping with `title` and `rungs`")
            continue
        known = len(faults)
        counted = placed(name, body, days, note)
        if len(faults) > known:
            continue
        try:
            ladders[name] = parse_ladder({"ladder": name, **counted})
        except LadderError as error:
            for fault in error.faults:
                note((name, *keys_of(fault.where)), sentence_of(fault))
    return ladders


def _overrides(path: Path | None, sops: Mapping[str, SopFile], faults: list[YamlFault]) -> dict[str, dict[str, Any]]:
    file = read_noting(path, faults) if path is not None else None
    overrides: dict[str, dict[str, Any]] = {}
    if file is None:
        return overrides
    for sop, values in file.entries(faults).items():
        if values is not None and not isinstance(values, Mapping):
            faults.append(file.fault((sop,), "a mapping of figures by name is needed here"))
            continue
        known = sops[sop].definition.parameters if sop in sops and sops[sop].outer is None else {}
        for name, value in (values or {}).items():
            if name not in known or known[name].rule is not None:
                what = _not_tunable(sop, name, sops)
            elif (misfit := _misfit(value, known[name].default)) is not None:
                what = misfit
            else:
                overrides.setdefault(sop, {})[name] = value
                continue
            faults.append(file.fault((sop, name), what))
    return overrides


def _misfit(value: Any, default: Any) -> str | None:
    """Why a site's figure cannot stand in place of the SOP's; none where it can."""
    if isinstance(default, list):
        if not isinstance(value, list):
            return "a list is needed here, as in the SOP"
        kinds = dict.fromkeys(isinstance(entry, str) for entry in (*default, *value))
        return fault_of_list(value) or ("the SOP's own list holds the other kind" if len(kinds) > 1 else None)
    if not isinstance(value, int | float | str):
        return "a figure is a number, a period, a text, true or false"
    return None


def _not_tunable(sop: str, name: str, sops: Mapping[str, SopFile]) -> str:
    if sop not in sops:
        return "unknown parameter; allowed: an SOP: " + ", ".join(sops)
    if (outer := sops[sop].outer) is not None:
        return f"the figures of {sop} are those of {outer}, in whose file it stands; set them there"
    known = sops[sop].definition.parameters
    if name in known:
        return f"is set by rule {known[name].rule}; a site corrects the rule's table, not the figure"
    return "unknown parameter; allowed: " + ", ".join(figure for figure, spec in known.items() if spec.rule is None)
