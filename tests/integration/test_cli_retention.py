"""`sop retention` against a worker: due, held, asked for, approved by another person, carried out, certified."""

import json
from datetime import UTC, datetime
from pathlib import Path

from sop_engine.records.cases import StepRow
from sop_engine.records.publishing import Publisher
from tests.integration.console_beside import asking
from tests.integration.installation import Installation, installation
from tests.integration.published import published, step

LONG_AGO = datetime(2020, 3, 2, 4, tzinfo=UTC)
FILES = 24
WHY = ("--reason", "yearly clearing", "--as")
ASKS, APPROVES, CLERK = "sun.lihua", "chen.guodong", "lin.yue"


def close(house: Installation, case_id: str) -> None:
    """A case of years ago, whose history Temporal has forgotten."""
    case = {"case_id": case_id, "status": "completed", "closed_at": LONG_AGO, "references": ()}
    Publisher(house.engine).publish(published(LONG_AGO, step(1, "opened"), case=case))


def left(house: Installation) -> set[str]:
    table = StepRow.table()
    with house.engine.connect() as connection:
        return {row.case_id for row in connection.execute(table.select())}


async def test_from_what_is_due_to_the_certificate(tmp_path: Path) -> None:
    async with installation(tmp_path / "house") as house, house.worker():
        ask = asking(house)
        for number in range(FILES):
            close(house, f"OLD-{number:02}")
        close(house, "REMEMBERED")
        await house.client.start_workflow("Anything", id="REMEMBERED", task_queue="nobody")

        due = json.loads((await ask("retention", "due", "--limit", "3", "--json")).stdout)
        assert (due["total"], due["files"][0]["rule"], due["files"][0]["keep_until"]) == (
            FILES + 1,
            "complaints",
            "2023-03-02",
        )
        refused = await ask("retention", "hold", "--case", "OLD-03", *WHY, CLERK)
        assert (refused.exit_code, "lin.yue may not set a legal hold" in refused.stderr) == (5, True), refused.stderr
        held = await ask("retention", "hold", "--case", "OLD-03", *WHY, APPROVES)
        assert (held.exit_code, "holds case OLD-03" in held.stderr) == (0, True), held.stderr
        assert "warning" not in held.stderr
        slip = await ask("retention", "hold", "--case", "OLD-3", *WHY, APPROVES)
        assert "warning: no case in the records is concerned by the case 'OLD-3' yet" in slip.stderr, slip.stderr

        asked = await ask("retention", "request", *WHY, ASKS, "--json")
        disposal_id, files = json.loads(asked.stdout)["what"].split()
        assert int(files) == FILES, "all but the one that is held"
        early = await ask("retention", "run", disposal_id, "--as", ASKS)
        assert (early.exit_code, "a second person approves it first" in early.stderr) == (1, True), early.stderr
        own = await ask("retention", "approve", disposal_id, *WHY, ASKS)
        assert (own.exit_code, "another person approves it" in own.stderr) == (5, True), own.stderr
        assert len(left(house)) == FILES + 1

        approved = await ask("retention", "approve", disposal_id, *WHY, APPROVES)
        assert (approved.exit_code, approved.stderr.strip()) == (0, f"{disposal_id} is approved")
        late = await ask("retention", "hold", "--case", "OLD-05", *WHY, APPROVES)
        run = await ask("retention", "run", disposal_id, "--as", ASKS)
        assert f"{FILES - 2} files disposed of, 2 kept" in run.stderr, run.stderr
        assert left(house) == {"OLD-03", "OLD-05", "REMEMBERED"}

        shown = await ask("retention", "certificates", disposal_id, "--json")
        certificate = json.loads(shown.stdout)
        assert (certificate["status"], certificate["requested_by"], certificate["decided_by"]) == (
            "done",
            ASKS,
            APPROVES,
        )
        kept = {file["case_id"]: file["why"] for file in certificate["files"] if file["status"] == "kept"}
        hold_id = late.stderr.split()[0]
        assert kept == {"OLD-05": f"legal hold {hold_id}", "REMEMBERED": "Temporal has its history still"}
        again = await ask("retention", "run", disposal_id, "--as", ASKS, "--json")
        assert json.loads(again.stdout) == {**certificate, "files": []}, again.stderr
        released = await ask("retention", "release", hold_id, *WHY, APPROVES)
        assert released.stderr.strip() == f"{hold_id} is lifted"
        for words in (("due", "--all"), ("holds", "--all"), ("certificates",), ("certificates", disposal_id)):
            told = await ask("retention", *words)
            assert (told.exit_code, bool(told.stdout)) == (0, True), told.stderr
        unknown = await ask("retention", "due", "--rule", "complaint")
        assert (unknown.exit_code, "did you mean complaints?" in unknown.stderr) == (2, True), unknown.stderr
