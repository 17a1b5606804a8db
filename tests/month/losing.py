"""A month whose records are lost in the middle and rebuilt: `python -m tests.month.losing --shipments 20`.

What the repaired records say is compared with what the lost ones said, table by table and row by row.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine, select
from temporalio.client import Client

import worker
from sop_engine.cases.contracts.records import RepairRecordsInput
from sop_engine.console.playing import ZONE
from sop_engine.console.stack import log_to, worker_beside
from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules
from sop_engine.freight.subledger.posting import LedgerRules
from sop_engine.records.engine import open_engine
from sop_engine.records.file_uses import FileUseRow
from sop_engine.records.ledger.credit import CreditRepository
from sop_engine.records.tables import METADATA
from sop_engine.settings import Settings
from sop_engine.temporal.client import connect_to
from sop_engine.temporal.ending import end_process
from sop_engine.temporal.gateway import CaseGateway
from sop_engine.temporal.records_gateway import RecordsGateway
from sop_engine.temporal.server import EmbeddedServer
from tests.month.parties import CUSTOMERS
from tests.month.planning import plan_month
from tests.month.playing import PlayedShipment, play_month
from tests.month.running import SEED

ADMINISTRATOR = "admin"
NOT_COMPARED: Mapping[str, str] = MappingProxyType(
    {
        "definitions": "texts are in backups only",
        "record_changes": "says who repaired",
        "record_identity": "compared by itself",
        "record_marks": "compared by what they number",
        "signing_keys": "made anew with the tables",
        "credit_terms": "written past every case, here and in place of a backup",
    }
)
WALL_CLOCKS = frozenset({"sent_at", "done_at", "touched_at"})
CONTENTS = frozenset({"contents", "pieces"})
PATIENCE = 300.0

Dump = dict[str, dict[str, str]]


def dump(engine: Engine) -> Dump:
    """Every row that must come back, by table and by its key; the journal without what was superseded, and contents
    without those of files, which people brought.
    """
    found: Dump = {}
    with engine.connect() as connection:
        brought = {*connection.execute(select(FileUseRow.table().c.sha256)).scalars()}
        for table in METADATA.sorted_tables:
            if table.name in NOT_COMPARED:
                continue
            rows = connection.execute(select(table)).mappings()
            found[table.name] = {
                str(tuple(row[column.name] for column in table.primary_key)): str(
                    {name: value for name, value in row.items() if name not in WALL_CLOCKS}
                )
                for row in map(dict, rows)
                if not row.get("superseded") and not (table.name in CONTENTS and row["sha256"] in brought)
            }
    return found


def unlike(before: Dump, after: Dump) -> list[str]:
    """Every row that is not as it was."""
    found = []
    for table, rows in before.items():
        for key in sorted(rows.keys() | after[table].keys()):
            was, came = rows.get(key, "nothing"), after[table].get(key, "nothing")
            if was != came:
                found.append(f"{table} {key}\n    was  {was}\n    came {came}")
    return found


async def lose_and_repair(folder: Path, count: int, seed: int = SEED, url: str | None = None) -> list[str]:
    """Plays a month until half of it is through, deletes the records, repairs them; everything that is not as it was.

    `url` names an empty database for the repaired records; else they are in a new file beside the lost one.
    """
    settings = Settings(data_directory=folder)
    async with EmbeddedServer(folder, ui=False) as server:
        client = await connect_to(server.address)
        gateway = CaseGateway(client, settings.task_queue)
        async with worker_beside(worker.serve, client, settings):
            _hold_customers(settings)
            await _play_half(gateway, count, seed)
            await _quiet(client, settings.task_queue)
        lost = open_engine(settings.database_url)
        before = dump(lost)
        lost.dispose()
        _delete(folder)
        settings = Settings(data_directory=folder, database_url=url) if url else settings
        async with worker_beside(worker.serve, client, settings):
            _hold_customers(settings)
            records = RecordsGateway(gateway)
            fitness = await records.fitness()
            faults = [] if fitness.verdict == "empty" else [f"the loss is not noticed: {fitness}"]
            repair = await records.repair(RepairRecordsInput(actor=ADMINISTRATOR), print)
            faults += [f"{each.case_id} {each.table}: {each.what}" for each in repair.differences]
            faults += [*repair.unreadable, *(f"{case_id} is gone" for case_id in repair.gone)]
            fitness = await records.fitness()
            faults += [] if fitness.is_fit else [f"still not fit: {fitness}"]
        repaired = open_engine(settings.database_url)
        after = dump(repaired)
        repaired.dispose()
        print(f"{repair.cases} histories, {repair.steps} steps, {repair.errands} errands", flush=True)
        print(", ".join(f"{len(rows)} {table}" for table, rows in before.items()), flush=True)
        return faults + unlike(before, after)


def _hold_customers(settings: Settings) -> None:
    """Puts the customers on hold who book only with an approval: past every case, so that only a backup has it."""
    engine, rules = open_engine(settings.database_url), load_rules(content_root() / "ledger.yaml", LedgerRules)
    credit = CreditRepository(engine, rules.uses.receivable, rules.currency, rules.policy)
    for customer in CUSTOMERS:
        if customer.is_on_hold:
            key, now = f"terms-{customer.number}", datetime.now(ZONE)
            credit.set_terms(key, customer.name, "on_hold", None, "qian.li", "Paid late last year", now)
    engine.dispose()


def _delete(folder: Path) -> None:
    for file in folder.glob("records.db*"):
        file.unlink()


async def _play_half(gateway: CaseGateway, count: int, seed: int) -> None:
    """Plays until half of the shipments are through, and leaves the others where they are."""
    half = asyncio.Event()
    through = 0

    def told(played: PlayedShipment) -> None:
        nonlocal through
        through += 1
        print(f"{played.plan.case_id} {played.failure or played.plan.story}", flush=True)
        if through * 2 >= count:
            half.set()

    playing = asyncio.create_task(play_month(gateway, plan_month(seed, count), datetime.now(ZONE).date(), told))
    await asyncio.wait((playing, asyncio.create_task(half.wait())), return_when=asyncio.FIRST_COMPLETED)
    while not playing.done():
        # Once is not enough: the SDK answers an update that is cancelled with an error, and the act is tried again.
        playing.cancel()
        await asyncio.wait((playing,), timeout=0.2)


async def _quiet(client: Client, task_queue: str) -> None:
    """Waits until no case has anything under way but what people and deadlines will bring."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while await _is_busy(client, task_queue):
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError("the cases did not come to rest")
        await asyncio.sleep(0.5)


async def _is_busy(client: Client, task_queue: str) -> bool:
    listed, started = set[str](), set[str]()
    async for found in client.list_workflows(f"TaskQueue = '{task_queue}' AND ExecutionStatus = 'Running'"):
        described: Any = (await client.get_workflow_handle(found.id).describe()).raw_description
        if described.pending_activities or described.HasField("pending_workflow_task"):
            return True
        listed.add(found.id)
        started |= {child.workflow_id for child in described.pending_children}
    # The list is behind what cases know: a child that is not on it yet has its first steps before it.
    return not started <= listed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.month.losing", description=__doc__)
    parser.add_argument("--shipments", type=int, default=20)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    log_to(Path(".sop") / "month.log")
    with TemporaryDirectory(prefix="sop-month-") as folder:
        faults = asyncio.run(lose_and_repair(Path(folder), asked.shipments, asked.seed))
    for fault in faults:
        print(f"difference: {fault}", file=sys.stderr)
    print("The repaired records are as the lost ones were" if not faults else f"{len(faults)} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    end_process(main())
