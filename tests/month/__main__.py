"""`make month`: a month of a small forwarder on a throw-away server, played, closed and checked.

Exit code 1 on any difference between the books and what the generated figures say.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sop_engine.cases.contracts.reading import TrialBalance, TrialBalanceInput
from sop_engine.cases.contracts.report_tables import ReportInput, ReportTable
from sop_engine.console.context import Session
from sop_engine.console.render_lists import render_balance
from sop_engine.console.render_report import render_report
from sop_engine.console.stack import log_to
from sop_engine.settings import Settings
from sop_engine.temporal.ending import end_process
from sop_engine.temporal.gateway import CaseGateway
from tests.month.planning import plan_month
from tests.month.playing import PlayedShipment
from tests.month.running import SEED, run_month
from tests.month.stack import running_firm

SHIPMENTS = 300
LATER = 60
"""Days after the run on whose evening the receivables are shown."""


async def _month(count: int, seed: int) -> list[str]:
    began = time.monotonic()
    done = 0

    def told(played: PlayedShipment) -> None:
        nonlocal done
        done += 1
        plan, came = played.plan, played.failure or played.plan.story.replace("_", " ")
        at = f"{time.monotonic() - began:6.0f} s  {done:3} of {count}"
        print(f"{at}  {plan.case_id}  {plan.lane.name:15} {came}", flush=True)

    with TemporaryDirectory(prefix="sop-month-") as folder:
        session = Session(Settings(data_directory=Path(folder)), serve=_nothing)
        async with running_firm(Path(folder)) as (gateway, office):
            run = await run_month(gateway, office, plan_month(seed, count), told)
            await _show(session, gateway, run.month.day)
    stories: Counter[str] = Counter(plan.story for plan in run.month.plans)
    print(f"{count} shipments of seed {seed} in {time.monotonic() - began:.0f} s: " + _counted(stories))
    return run.faults


async def _show(session: Session, gateway: CaseGateway, day: date) -> None:
    balance = await gateway.read("trial_balance", TrialBalanceInput(), TrialBalance)
    session.show(render_balance(balance, "en"))
    for asked in (
        ReportInput(name="ageing", parameters={"on": str(day)}),
        ReportInput(name="ageing", parameters={"on": str(day + timedelta(LATER))}),
        ReportInput(name="ageing", parameters={"side": "payable"}),
        ReportInput(name="cod"),
        ReportInput(name="tax"),
        ReportInput(name="margin", reader="qian.li"),
    ):
        report = await gateway.read("run_report", asked, ReportTable)
        session.line(f"\n{report.title['en']} {report.scope}".rstrip())
        session.show(render_report(report, "en"))


def _counted(stories: Counter[str]) -> str:
    return ", ".join(f"{number} {story.replace('_', ' ')}" for story, number in stories.most_common())


async def _nothing(*_: object, **__: object) -> None:
    """The worker runs beside the server already."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.month", description=__doc__)
    parser.add_argument("--shipments", type=int, default=SHIPMENTS)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    log_to(Path(".sop") / "month.log")
    faults = asyncio.run(_month(asked.shipments, asked.seed))
    for fault in faults:
        print(f"difference: {fault}", file=sys.stderr)
    print("The books are as the figures say" if not faults else f"{len(faults)} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    end_process(main())
