"""Scenarios beside the procedures: `<Sop>.scenarios.yaml`, read with the file and line of each fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from sop_engine.basis.faults import InvalidInput, NotFound
from sop_engine.basis.plain import plain
from sop_engine.cases.exploration.survey import Survey
from sop_engine.cases.exploration.trials import Trials
from sop_engine.cases.lint.findings import Surroundings
from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.scenarios.checking import check
from sop_engine.cases.scenarios.coverage import Coverage, cover
from sop_engine.cases.scenarios.model import Given, Scenario
from sop_engine.cases.scenarios.moving import course, moved
from sop_engine.cases.scenarios.playing import Played, play
from sop_engine.cases.scenarios.reading import read_scenarios, shared_with
from sop_engine.cases.told.opening import read_opening
from sop_engine.cases.written.procedure import DefinitionError, Procedure
from sop_engine.content.checking import Placed, surroundings_of
from sop_engine.content.library import SCENARIOS, ContentError, Library
from sop_engine.content.yaml_files import YamlError, YamlFault, YamlFile, read_text
from sop_engine.statechart.faults import Path as Way

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
WEEKS_TRIED = 110
"""As far as a scenario is moved to find days like those that it names: two years, of whose holidays somebody knows."""


@dataclass(frozen=True)
class ScenarioFile:
    """The scenarios of one file."""

    file: YamlFile
    sop: str
    """The one that its name says."""
    scenarios: Mapping[str, Scenario]

    def place(self, way: Way) -> str:
        """File and line, as a person looks them up."""
        found = self.file.origin(way)
        return f"{found.file}:{found.line}"


def scenario_paths(root: Path) -> tuple[Path, ...]:
    """Every file of scenarios that lies beside procedures."""
    return tuple(sorted(root.glob(f"*/*{SCENARIOS}")))


def check_scenarios(library: Library, sops: Iterable[str]) -> list[Placed]:
    """Every fault in the scenarios beside some SOPs; none where one that they play cannot run, which is told itself."""
    try:
        Theatre(library).files(sops)
    except ContentError as error:
        return [Placed(fault, "error", "scenarios") for fault in error.faults]
    except DefinitionError:
        return []
    return []


@dataclass(frozen=True)
class Theatre:
    """Reads, checks and plays the scenarios of a library. A procedure is compiled once for each day of opening."""

    library: Library

    @cached_property
    def around(self) -> Surroundings:
        return surroundings_of(self.library)

    @cached_property
    def _compiled(self) -> dict[tuple[str, date], Procedure]:
        return {}

    def procedure(self, sop: str, opened_at: datetime) -> Procedure:
        """The procedure of a case that opens then. Raises KeyError for an SOP that is not there, DefinitionError."""
        day = self.library.opening_day(self.library.sops[sop].definition, opened_at)
        if (sop, day) not in self._compiled:
            self._compiled[(sop, day)] = compile_procedure(self.library.bundle(sop, day))
        return self._compiled[(sop, day)]

    def files(self, sops: Iterable[str] | None = None) -> tuple[ScenarioFile, ...]:
        """The files that lie beside the procedures; of some SOPs, or of all. Raises ContentError with every fault."""
        wanted = None if sops is None else set(sops)
        faults: list[YamlFault] = []
        found = []
        for path in scenario_paths(self.library.root):
            sop = path.name.removesuffix(SCENARIOS)
            if sop not in self.library.sops:
                faults.append(YamlFault(path.name, 1, 1, "", f"its name begins with that of an SOP, and {sop} is none"))
            elif wanted is None or sop in wanted:
                found.append(self._read(path.read_text(encoding="utf-8"), path.name, sop, faults))
        if faults:
            raise ContentError(faults)
        return tuple(each for each in found if each is not None)

    def reaching(self, sops: Iterable[str]) -> frozenset[str]:
        """The SOPs whose scenarios can come past some others: those, and what starts them as children."""
        found = set(sops)
        while above := {name for name, each in self.library.sops.items() if found & {*each.child_sops}} - found:
            found |= above
        return frozenset(found)

    def read(self, text: str, name: str, sop: str) -> ScenarioFile:
        """A file of scenarios for an SOP. Raises ContentError with every fault."""
        faults: list[YamlFault] = []
        found = self._read(text, name, sop, faults)
        if faults or found is None:
            raise ContentError(faults)
        return found

    def _read(self, text: str, name: str, sop: str, faults: list[YamlFault]) -> ScenarioFile | None:
        try:
            file = read_text(text, name)
        except YamlError as error:
            faults += error.faults
            return None
        shared = dict(shared_with(file.value))
        scenarios, wrong = read_scenarios(file.value, sop)
        calendars = self.library.sop_calendars()
        for scenario in scenarios.values():
            wrong += check(scenario, calendars, self.procedure, self.around)
        faults += dict.fromkeys(file.fault(_written(fault.path, shared), fault.message) for fault in wrong)
        return ScenarioFile(file, sop, scenarios)

    def play(self, scenario: Scenario, until: datetime | None = None) -> Played:
        """Plays a scenario that was read here."""
        calendar = self.library.sop_calendars()[scenario.sop]
        return play(scenario, calendar, self.procedure, self.library.organization, self.library.streams, until=until)

    def later(self, played: Played, earliest: datetime) -> tuple[int, Played] | None:
        """The same scenario, played again so many whole weeks later that it opens after an instant, with that number of
        days: the first ones on which every step comes as long after the opening as it did. None where there are none.
        """
        weeks = max((earliest - played.opened_at) // WEEK + 1, 0)
        wanted = course(played)
        for number in range(weeks, weeks + WEEKS_TRIED):
            days = number * WEEK.days
            try:
                again = self.play(moved(played.scenario, days), played.rehearsal.now + days * DAY)
            except (DefinitionError, ValueError):
                continue
            if again.holds and course(again) == wanted:
                return days, again
        return None

    def plainest(self, sop: str, now: datetime) -> tuple[ScenarioFile, Scenario]:
        """A case that opens with the plainest data that the core takes, and nobody does anything.

        Raises NotFound where none of the values tried opens one.
        """
        procedure = self.procedure(sop, now)
        for opening in Trials(Survey(procedure, self.around.sops)).openings(now):
            try:
                read_opening(procedure.definition, opening.values)
            except InvalidInput:
                continue
            given = Given(at=now.isoformat(), data=plain(opening.values))
            scenario = Scenario("silence", procedure.definition.title, sop, given, (), ())
            return ScenarioFile(self.library.sops[sop].file, sop, {scenario.name: scenario}), scenario
        raise NotFound(f"No data was found with which a case of {sop} opens; write a scenario")

    def coverage(self, sop: str, played: Iterable[Played], on: datetime) -> Coverage:
        """What scenarios touch and name of an SOP as a case has it that opens at an instant."""
        return cover(self.procedure(sop, on), self.around.sops, played)


def _written(way: Way, shared: Mapping[Way, Way]) -> Way:
    """Where something stands that a scenario may share with the others."""
    length = next((length for length in range(len(way), 0, -1) if way[:length] in shared), 0)
    return (*shared[way[:length]], *way[length:]) if length else way
