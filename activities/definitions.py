"""Giving cases what they run on: procedures, the organisation, and whether a case would open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.access import reads
from activities.failures import refusal
from sop_engine.basis.faults import USED_ID, Fault, InvalidInput, NotPermitted, Refused, SopError
from sop_engine.cases.contracts.opening import LoadInput, OpenCheckInput, OpenCheckResult, PlacesInput, PlacesResult
from sop_engine.cases.people.organization import Organization
from sop_engine.cases.told.act_checks import faults_of_data
from sop_engine.cases.told.case_ids import refuse_long_id
from sop_engine.cases.told.file_checks import facts_faults, named_files, unkept
from sop_engine.cases.told.opening import read_opening
from sop_engine.cases.told.permissions import permit_opening, refuse_beside
from sop_engine.cases.told.place_checks import faults_of, unknown_names, unknown_places
from sop_engine.cases.written.definition import SopDefinition
from sop_engine.cases.written.file_facts import Receipts
from sop_engine.cases.written.procedure import DefinitionError
from sop_engine.content.current import CurrentLibrary, as_published
from sop_engine.content.library import Library
from sop_engine.content.sop_file import SopFile
from sop_engine.freight.places import Places
from sop_engine.records.chains import Chains
from sop_engine.records.definitions import DefinitionRepository
from sop_engine.temporal.present import PRESENT, pack
from sop_engine.temporal.queues import CHECK_OPENING, JUDGE_PLACES, LOAD_ORGANIZATION, LOAD_PROCEDURE
from sop_engine.temporal.staff import posted
from sop_engine.temporal.writes import writes


class DefinitionActivities:
    """Reads the library as it is at each opening; every definition that a case uses is kept for good in the records."""

    def __init__(
        self,
        current: CurrentLibrary,
        definitions: DefinitionRepository,
        places: Places,
        chains: Chains,
        continue_after: int = 1_000,
        receipts: Receipts | None = None,
        staff: Callable[[], Organization] | None = None,
    ) -> None:
        self._library = current.files
        self._current = current
        self._definitions = definitions
        self._places = places
        self._chains = chains
        self._continue_after = continue_after
        self._receipts = receipts
        self._staff = staff or (lambda: posted(self._library.organization))

    @activity.defn(name=LOAD_PROCEDURE)
    @writes("content")
    def load_procedure(self, given: LoadInput) -> bytes:
        """The packed bundle of an SOP's version; the newest when none is named.

        Refuses an unknown SOP or version, a new case by an id that is too long or that another had, however long ago,
        one that goes on with a case that is open or unknown, and a person who is unknown or has no part in the
        procedure.
        """
        try:
            self._refuse_id(given)
            self._refuse_reopening(given)
            library = self._current.now()
            sop_file = self._sop_file(library, given.sop, given.version)
            self._keep(sop_file)
            bundle = library.bundle_of(sop_file, library.opening_day(sop_file.definition, given.opened_at))
            packed = pack(bundle.model_copy(update={"continue_after": self._continue_after}))
            self._permit(given.actor, packed)
        except SopError as error:
            raise refusal(error) from None
        except DefinitionError as error:
            raise ApplicationError(str(error), type="Definition", non_retryable=True) from None
        return packed

    @reads
    @activity.defn(name=LOAD_ORGANIZATION)
    def load_organization(self) -> dict[str, Any]:
        """The organisation, for an act that came before its case was loaded. It has no keys."""
        return self._staff().model_dump(mode="json", exclude={"people": {"__all__": {"keys"}}})

    @reads
    @activity.defn(name=JUDGE_PLACES)
    def judge_places(self, given: PlacesInput) -> PlacesResult:
        """The places that nobody knows, of an act that came before its case was loaded."""
        return PlacesResult(faults=tuple(faults_of(given.places, self._places)))

    @reads
    @activity.defn(name=CHECK_OPENING)
    def check_opening(self, given: OpenCheckInput) -> OpenCheckResult:
        """Every fault that would keep a case from opening; refuses an unknown SOP, and a person who may not open it."""
        try:
            library = self._current.now()
            sop_file = self._sop_file(library, given.sop, given.version)
            definition = sop_file.definition.exact()
            now, calendar = datetime.now(UTC), self._library.calendars[definition.calendar]
            if given.actor is not None:
                today = library.opening_day(sop_file.definition, now)
                self._permit(given.actor, pack(library.bundle_of(sop_file, today)))
            values = read_opening(definition, given.data)
            if given.actor is not None:
                refuse_beside(self._staff(), definition, values, given.actor)
            faults = [
                *faults_of_data(definition.data, values, calendar, now),
                *self._faults_of_files(definition, given.data),
                *unknown_places(definition.data, values, self._places),
                *unknown_names(definition.data, values, self._library.organization),
            ]
            if faults:
                raise InvalidInput(f"a {given.sop} cannot be opened with this data", faults)
        except InvalidInput as error:
            if error.faults and error.faults[0].where in ("sop", "version"):
                raise refusal(error) from None
            return OpenCheckResult(faults=error.faults)
        except NotPermitted as error:
            raise refusal(error) from None
        except DefinitionError as error:
            raise ApplicationError(str(error), type="Definition", non_retryable=True) from None
        return OpenCheckResult(title=definition.title.model_dump(), reference=definition.reference)

    def _faults_of_files(self, definition: SopDefinition, data: dict[str, Any]) -> list[Fault]:
        files = named_files(definition.data, data)
        wrong = [fault for where, file in files.items() for fault in facts_faults(file, where)]
        if self._receipts is None:
            return wrong
        return [*wrong, *unkept(files, self._receipts, activity.info().started_time)]

    def _refuse_id(self, given: LoadInput) -> None:
        if given.case_id is not None and given.first_run_id is not None:
            owner = self._chains.of(given.case_id)
            if owner is None:
                refuse_long_id(given.case_id)
            if owner not in (None, given.first_run_id):
                raise Refused(USED_ID.format(case_id=given.case_id))

    def _refuse_reopening(self, given: LoadInput) -> None:
        if given.reopens is None:
            return
        is_closed = self._chains.is_closed(given.reopens)
        if is_closed is None:
            fault = Fault(where="reopens", what=f"there is no case {given.reopens}", allowed="a closed case")
            raise InvalidInput("what is not there cannot be gone on with", [fault])
        if not is_closed:
            raise Refused(f"{given.reopens} is open: it can be gone on with once it is closed")

    def _sop_file(self, library: Library, sop: str, version: int | None) -> SopFile:
        known = library.sops.get(sop)
        if known is None:
            fault = Fault(where="sop", what=f"unknown SOP {sop!r}", allowed=", ".join(library.sops))
            raise InvalidInput(f"no SOP is called {sop!r}", [fault])
        newest = known.definition.version
        if version is None or version == newest:
            return known
        file = self._library.sops[sop]
        if version == file.definition.version:
            return file
        kept = self._definitions.get(sop, version)
        if kept is None:
            fault = Fault(where="version", what=f"unknown version {version}", allowed=f"{newest}")
            raise InvalidInput(f"{sop} has no version {version}", [fault])
        return as_published(known, kept.content_hash, kept.text)

    def _permit(self, actor: str | None, packed: bytes) -> None:
        if actor is not None:
            permit_opening(posted(self._library.organization), PRESENT.procedure(packed), actor)

    def _keep(self, used: SopFile) -> None:
        self._definitions.store(used.definition.sop, used.definition.version, used.content_hash, used.text)
