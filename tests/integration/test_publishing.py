"""A procedure is published past the worker's files: by an administrator, or by a case that somebody else approved."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from activities.definitions import DefinitionActivities
from activities.publishing import PublishingActivities
from sop_engine.cases.contracts.definitions import DefinitionTextInput, DefinitionVersionsInput
from sop_engine.cases.contracts.effects import WorkInput
from sop_engine.cases.contracts.opening import LoadInput
from sop_engine.cases.contracts.orders import CarryOut, KeepDefinitionInput
from sop_engine.cases.written.procedure import Bundle
from sop_engine.content.current import CurrentLibrary
from sop_engine.content.library import Library, content_root, load_library
from sop_engine.content.place_files import load_places
from sop_engine.records.chains import Chains
from sop_engine.records.definition_publications import PublicationRepository
from sop_engine.records.definitions import DefinitionRepository
from sop_engine.temporal.present import PRESENT
from tests.integration.console_beside import asking
from tests.integration.installation import Installation, installation, until

pytest_plugins = ("tests.integration.databases",)

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
WRITTEN = (content_root() / "service" / "VisitFollowUp.yaml").read_text(encoding="utf-8")
VERSION = int(WRITTEN.partition("\nversion: ")[2].partition("\n")[0])


@pytest.fixture(scope="module")
def files() -> Library:
    return load_library()


def written(version: int, title: str = "Follow-up") -> str:
    text = WRITTEN.replace(f"version: {VERSION}\n", f"version: {version}\n", 1)
    return text.replace("en: Follow-up of a visit", f"en: {title}", 1)


class Desk:
    """What people and cases do, and what a case that opens takes."""

    def __init__(self, engine: Engine, files: Library) -> None:
        publications = PublicationRepository(engine)
        current = CurrentLibrary(files, publications.heads, publications.text)
        self.publishing = PublishingActivities(engine, current)
        self.opening = DefinitionActivities(
            current, DefinitionRepository(engine), load_places(files.root), Chains(engine)
        )

    def keep(self, text: str, actor: str = "admin", *, publish: bool = True) -> str:
        order = KeepDefinitionInput(file="V.yaml", written=text, publish=publish, actor=actor, reason="law changed")
        done = self.publishing.keep_definition(CarryOut[KeepDefinitionInput](key="k", order=order, at=NOW))
        return f"{done.what.split()[2]}{'' if done.changed else ' again'}"

    def publish(self, content_hash: str, approved_by: str, version: int = VERSION + 1) -> Any:
        values = {"sop": "VisitFollowUp", "version": version, "content_hash": content_hash}
        values |= {"approved_by": approved_by, "reason": "approved"}
        return self.publishing.publish_definition(
            WorkInput(key="w", case_id="REV-1", sop="Revision", values=values, at=NOW)
        )

    def opened(self, version: int | None = None) -> Bundle:
        packed = self.opening.load_procedure(LoadInput(sop="VisitFollowUp", version=version, opened_at=NOW))
        return PRESENT.procedure(packed).bundle

    def standing(self) -> list[tuple[int, str, bool]]:
        found = self.publishing.list_versions(DefinitionVersionsInput(sop="VisitFollowUp")).versions
        return [(each.version, each.standing, each.is_in_force) for each in found]


@pytest.fixture
def desk(engine: Engine, files: Library) -> Desk:
    return Desk(engine, files)


def refused(call: Callable[[], object]) -> tuple[str | None, str]:
    with pytest.raises(ApplicationError) as caught:
        call()
    assert caught.value.non_retryable
    return caught.value.type, f"{caught.value}"


def test_what_is_published_is_taken_by_cases_that_open_then(desk: Desk, engine: Engine, files: Library) -> None:
    other_worker = Desk(engine, files)
    assert desk.opened().definition["version"] == VERSION
    content_hash = desk.keep(written(VERSION + 1))
    assert desk.keep(written(VERSION + 1)) == f"{content_hash} again"
    for each in (desk, other_worker):
        bundle = each.opened()
        assert (bundle.definition["version"], bundle.content_hash) == (VERSION + 1, content_hash)
        assert bundle.definition["title"]["en"] == "Follow-up"
    assert desk.opened(VERSION).definition["title"]["en"] == "Follow-up of a visit"
    assert desk.standing() == [(VERSION + 1, "published", True), (VERSION, "file", False)]
    (newest, *_) = desk.publishing.list_versions(DefinitionVersionsInput(sop="VisitFollowUp")).versions
    assert (newest.actor, newest.reason, newest.case_id) == ("admin", "law changed", None)


def test_the_same_version_with_another_text_is_refused(desk: Desk, engine: Engine, files: Library) -> None:
    first = desk.keep(written(VERSION + 1))
    kind, said = refused(lambda: desk.keep(written(VERSION + 1, "Otherwise")))
    assert (kind, f"version {VERSION + 1} was published with another text" in said) == ("Refused", True), said
    assert desk.opened().content_hash == first
    _, said = refused(lambda: desk.keep(written(VERSION, "Otherwise")))
    assert f"version {VERSION} stands in the worker's files with another text" in said
    desk.keep(written(VERSION + 3))
    _, said = refused(lambda: desk.keep(written(VERSION + 2)))
    assert f"version {VERSION + 3} is in force, which is above {VERSION + 2}" in said
    own = files.sops["VisitFollowUp"]
    raised = own.definition.model_copy(update={"version": VERSION + 3})
    value = {**own.file.value, "version": VERSION + 3}
    sops = {**files.sops, "VisitFollowUp": own.with_definition(raised, value, "other", json.dumps(value))}
    newer = Desk(engine, Library(**{**vars(files), "sops": sops}))
    _, said = refused(newer.opened)
    assert f"version {VERSION + 3} was published with another text" in said


def test_a_case_publishes_what_somebody_else_drafted(desk: Desk) -> None:
    content_hash = desk.keep(written(VERSION + 1), "lin.yue", publish=False)
    other = desk.keep(written(VERSION + 1, "Another"), "lin.yue", publish=False)
    assert desk.opened().definition["version"] == VERSION
    assert desk.standing() == [*[(VERSION + 1, "draft", False)] * 2, (VERSION, "file", True)]
    kind, said = refused(lambda: desk.publish(content_hash, "lin.yue"))
    assert (kind, f"lin.yue drafted version {VERSION + 1} of VisitFollowUp; another person approves it" in said) == (
        "NotPermitted",
        True,
    )
    assert refused(lambda: desk.publish("0" * 64, "sun.lihua"))[0] == "NotFound"
    assert refused(lambda: desk.publish(content_hash, "nobody.known"))[0] == "NotPermitted"
    done = desk.publish(content_hash, "sun.lihua")
    assert done.values == {"version": VERSION + 1, "content_hash": content_hash}
    assert desk.publish(content_hash, "sun.lihua") == done, "tried again, it is done already"
    assert "another text" in refused(lambda: desk.publish(other, "sun.lihua"))[1]
    assert desk.opened().content_hash == content_hash
    text = desk.publishing.read_definition(DefinitionTextInput(sop="VisitFollowUp", content_hash=other[:8]))
    assert (text.standing, text.written["title"]["en"]) == ("draft", "Another")
    published = desk.publishing.read_definition(DefinitionTextInput(sop="VisitFollowUp"))
    assert (published.standing, published.content_hash) == ("published", content_hash)


def test_who_may_not_and_files_with_faults(desk: Desk) -> None:
    kind, said = refused(lambda: desk.keep(written(VERSION + 1), "lin.yue"))
    assert (kind, "may not publish V.yaml at once" in said) == ("NotPermitted", True)
    broken = written(VERSION + 1).replace("role: sales_rep", "role: seller").replace("to: thanked\n", "to: thankd\n")
    with pytest.raises(ApplicationError) as caught:
        desk.keep(broken)
    told = str(caught.value.details)
    assert "V.yaml:" in told
    assert "thankd" in told
    for text, what in (("sop: [", "V.yaml:1"), (written(3).replace("sop: VisitFollowUp", "sop: Other"), "no file of")):
        with pytest.raises(ApplicationError) as caught:
            desk.keep(text)
        assert what in str(caught.value.details)
    assert desk.standing() == [(VERSION, "file", True)]


async def test_a_running_worker_takes_what_a_revision_published(files: Library, tmp_path: Path) -> None:
    """Draft, approval in a case, and the next case runs on it; no worker restarts."""
    file = tmp_path / "VisitFollowUp.yaml"
    file.write_text(written(VERSION + 1), encoding="utf-8")
    async with installation(tmp_path / "house") as house, house.worker(files):
        ask = asking(house)
        kept = await ask("definition", "publish", str(file), "--draft", "--reason", "review", "--as", "lin.yue")
        assert (kept.exit_code, f"VisitFollowUp version {VERSION + 1} is kept as a draft" in kept.stderr) == (
            0,
            True,
        ), kept.stderr
        content_hash = kept.stderr.split("hash ")[1].strip()
        diff = await ask("definition", "diff", "VisitFollowUp", "--to", content_hash[:10], "--json")
        assert [(each["about"], each["path"], each["new"]) for each in json.loads(diff.stdout)["changes"]] == [
            ("text", "title.en", "Follow-up")
        ]
        data = {"occasion": "law", "sop_name": "VisitFollowUp", "proposed_change": "Call it follow-up"}
        await house.open("SopRevision", "REV-1", data)
        draft = {"new_version": VERSION + 1, "content_hash": content_hash}
        draft |= {"changes": "Its name", "readers": ["operator"]}
        for actor, task, outcome, form in (
            ("sun.lihua", "assessing#1", "taken", {}),
            ("sun.lihua", "drafting#1", "drafted", draft),
            ("zhou.jie", "consulting#1.1", "agreed", {}),
            ("chen.guodong", "approving#1", "approved", {}),
        ):
            done = {"task": task, "outcome": outcome, "actor": actor, "data": form}
            ticks = ["checked"] if outcome == "drafted" else []
            await house.act("REV-1", "complete_task", checklist=ticks, **done)
        await until(lambda: stands(house, "REV-1", "reading"), "the publication")
        visit: dict[str, Any] = {"left_at": "2026-11-27T09:00:00+08:00", "proposal_promised": False}
        visit |= {"customer_name": "Blue Lake", "customer_email": "ops@blue-lake.example"}
        assert (await house.open("VisitFollowUp", "VIS-1", visit)).version == VERSION + 1
        told = await ask("definition", "versions", "VisitFollowUp", "--json")
        newest = json.loads(told.stdout)["versions"][0]
        assert (newest["standing"], newest["actor"], newest["case_id"]) == ("published", "chen.guodong", "REV-1")
        file.write_text(written(VERSION + 1, "Otherwise"), encoding="utf-8")
        again = await ask("definition", "publish", str(file), "--reason", "review", "--as", "admin")
        assert (again.exit_code, "was published with another text" in again.stderr) == (1, True), again.stderr
        for words in (
            ("versions", "VisitFollowUp"),
            ("diff", "VisitFollowUp"),
            ("diff", "VisitFollowUp", "--from", str(VERSION), "--to", str(VERSION + 1)),
        ):
            shown = await ask("definition", *words)
            assert (shown.exit_code, bool(shown.stdout)) == (0, True), shown.stderr


async def stands(house: Installation, case_id: str, state: str) -> bool:
    return state in (await house.view(case_id)).states
