"""Definitions that people and cases publish past the worker's files, and what there is of each."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Engine
from temporalio import activity

from activities.access import reads
from activities.binding import carries_out
from activities.failures import refusals
from sop_engine.basis.faults import Fault, InvalidInput, NotFound, NotPermitted
from sop_engine.basis.suggestion import nearest
from sop_engine.cases.contracts.definitions import (
    DefinitionText,
    DefinitionTextInput,
    DefinitionVersion,
    DefinitionVersions,
    DefinitionVersionsInput,
)
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.cases.contracts.orders import CarryOut, KeepDefinitionInput, OrderDone
from sop_engine.cases.people.identity import person_of
from sop_engine.content.current import CurrentLibrary, read_draft
from sop_engine.content.sop_file import SopFile
from sop_engine.content.yaml_files import YamlFault
from sop_engine.records.definition_publications import By, Draft, InForce, PublicationRepository
from sop_engine.records.definitions import DefinitionRepository
from sop_engine.temporal.queues import KEEP_DEFINITION, LIST_DEFINITION_VERSIONS, READ_DEFINITION
from sop_engine.temporal.writes import writes
from sop_engine.work import definitions

WARNINGS_TOLD = 20


class PublishingActivities:
    """Keeps drafts and publishes them; a case that opens asks for what is published then."""

    def __init__(self, engine: Engine, current: CurrentLibrary) -> None:
        self._publications = PublicationRepository(engine)
        self._used = DefinitionRepository(engine)
        self._current = current

    @activity.defn(name=KEEP_DEFINITION)
    @writes("content")
    def keep_definition(self, given: CarryOut[KeepDefinitionInput]) -> OrderDone:
        """Keeps a procedure's file as a draft, and publishes it where that is asked; done again, it changes nothing.

        Refuses a file with every fault in it, one of a version that has another text, and to publish for anybody but
        an administrator.
        """
        order = given.order
        by = By(given.key, order.actor, order.reason, given.at)
        with refusals():
            person = person_of(self._current.files.organization, order.actor)
            if order.publish and not person.administrator:
                raise NotPermitted(
                    f"{order.actor} may not publish {order.file} at once",
                    allowed=("an administrator", "a draft, which a case about it publishes"),
                )
            draft, faults, warnings = read_draft(self._current.now(), order.written, order.file)
            if draft is None or faults:
                raise InvalidInput(f"{len(faults)} faults in {order.file}; nothing is kept", _told(faults))
            sop, version = draft.definition.sop, draft.definition.version
            kept = Draft(sop, version, draft.content_hash, draft.text, order.file)
            changed = self._publications.draft(kept, by)
            if order.publish:
                changed = self._publish(sop, version, draft.content_hash, by)
            return OrderDone(
                what=f"{sop} {version} {draft.content_hash}",
                changed=changed,
                warnings=tuple(map(str, warnings[:WARNINGS_TOLD])),
            )

    @carries_out(definitions.PUBLISH_DEFINITION)
    def publish_definition(self, asked: definitions.DraftToPublish, given: WorkInput) -> object:
        person_of(self._current.files.organization, asked.approved_by)
        by = By(given.key, asked.approved_by, asked.reason, given.at, given.case_id)
        self._publish(asked.sop, asked.version, asked.content_hash, by)
        return {"version": asked.version, "content_hash": asked.content_hash}

    @reads
    @activity.defn(name=LIST_DEFINITION_VERSIONS)
    def list_versions(self, given: DefinitionVersionsInput) -> DefinitionVersions:
        """Every text of an SOP that files or records know, the newest version first. Raises NotFound."""
        with refusals():
            in_force = self._current.now().sops[self._file(given.sop).definition.sop].content_hash
            found = sorted(self._versions(given.sop), key=lambda each: (-each.version, each.content_hash))
            told = (
                each.model_copy(
                    update={"is_in_force": each.content_hash == in_force and each.standing in ("file", "published")}
                )
                for each in found
            )
            return DefinitionVersions(sop=given.sop, versions=tuple(told))

    @reads
    @activity.defn(name=READ_DEFINITION)
    def read_definition(self, given: DefinitionTextInput) -> DefinitionText:
        """One text of an SOP. Raises NotFound, with what there is."""
        with refusals():
            texts = self._texts(given.sop, self._file(given.sop))
            if given.content_hash is not None:
                texts = (each for each in texts if each.content_hash.startswith(given.content_hash))
            else:
                texts = (each for each in texts if each.standing != "draft")
            if given.version is None and given.content_hash is None:
                in_force = self._current.now().sops[given.sop].content_hash
                texts = (each for each in texts if each.content_hash == in_force)
            found = next((each for each in texts if given.version in (None, each.version)), None)
            if found is not None:
                return found
            there = dict.fromkeys(f"{each.version} ({each.content_hash[:12]})" for each in self._versions(given.sop))
            wanted = given.content_hash if given.content_hash is not None else f"version {given.version}"
            raise NotFound(f"{given.sop} has no {wanted}", allowed=tuple(there))

    def _texts(self, sop: str, file: SopFile) -> Iterator[DefinitionText]:
        """Those that are published before those that only a file or a case has."""
        published = {row.content_hash for row in self._publications.publications(sop)}
        drafts = self._publications.drafts(sop)
        for draft in sorted(drafts, key=lambda each: each.content_hash not in published):
            yield DefinitionText(
                version=draft.version,
                content_hash=draft.content_hash,
                standing="published" if draft.content_hash in published else "draft",
                written=json.loads(draft.text),
            )
        version = file.definition.version
        yield DefinitionText(
            version=version, content_hash=file.content_hash, standing="file", written=json.loads(file.text)
        )
        for row in sorted(self._used.all(sop), key=lambda each: each.published_at, reverse=True):
            yield DefinitionText(
                version=row.version, content_hash=row.content_hash, standing="used", written=json.loads(row.text)
            )

    def _versions(self, sop: str) -> Iterator[DefinitionVersion]:
        file = self._current.files.sops[sop]
        publications = {(row.version, row.content_hash): row for row in self._publications.publications(sop)}
        told = set(publications)
        for draft in self._publications.drafts(sop):
            row = publications.get((draft.version, draft.content_hash))
            yield DefinitionVersion(
                version=draft.version,
                content_hash=draft.content_hash,
                standing="draft" if row is None else "published",
                at=draft.drafted_at if row is None else row.published_at,
                actor=draft.drafted_by if row is None else row.published_by,
                drafted_by=draft.drafted_by,
                reason=draft.reason if row is None else row.reason,
                case_id=None if row is None else row.case_id,
            )
            told.add((draft.version, draft.content_hash))
        own = (file.definition.version, file.content_hash)
        if own not in told:
            yield DefinitionVersion(version=own[0], content_hash=own[1], standing="file")
        for used in self._used.all(sop):
            if (used.version, used.content_hash) not in {*told, own}:
                yield DefinitionVersion(
                    version=used.version, content_hash=used.content_hash, standing="used", at=used.published_at
                )

    def _publish(self, sop: str, version: int, content_hash: str, by: By) -> bool:
        file = self._file(sop)
        in_force = InForce(file.definition.version, file.content_hash)
        return self._publications.publish(sop, version, content_hash, by, in_force)

    def _file(self, sop: str) -> SopFile:
        """Raises NotFound for an SOP that the worker has no file of."""
        sops = self._current.files.sops
        if sop not in sops:
            raise NotFound(f"there is no SOP {sop!r}", allowed=nearest(sop, sops) or tuple(sops))
        return sops[sop]


def _told(faults: list[YamlFault]) -> list[Fault]:
    """Each with its file, line and column."""
    return [
        Fault(
            where=f"{fault.file}:{fault.line}:{fault.column}",
            what=f"{fault.path}: {fault.message}" if fault.path else fault.message,
        )
        for fault in faults
    ]
