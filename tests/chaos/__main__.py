"""`make chaos`: a soak with kills and an audit. Exit code 1 on any difference.

The folder of a soak that found something is kept beside the report: database files, logs and every history.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from sop_engine.console.stack import log_to
from sop_engine.temporal.ending import end_process
from tests.chaos.options import SEED, Options
from tests.chaos.soaking import soak


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--kills", type=int, help="end after so many kills instead, however long they take")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--report", type=Path, default=Path(".sop") / "chaos.md")
    asked = parser.parse_args()
    log_to(Path(".sop") / "chaos.log")
    options = Options(
        seconds=asked.minutes * 60,
        kills=asked.kills,
        cases=asked.cases,
        seed=asked.seed,
        database=asked.database,
        workers=asked.workers,
        patience=max(300, asked.cases * 0.6),
    )
    folder = Path(tempfile.mkdtemp(prefix="sop-chaos-"))
    outcome = asyncio.run(soak(options, folder, lambda text: print(text, flush=True)))
    asked.report.parent.mkdir(parents=True, exist_ok=True)
    asked.report.write_text(outcome.text(), encoding="utf-8")
    print(f"The report is in {asked.report}")
    if outcome.is_clean:
        shutil.rmtree(folder)
        print("No difference")
        return 0
    for difference in outcome.differences[:20]:
        print(difference, file=sys.stderr)
    print(f"{len(outcome.differences)} differences; everything is kept in {folder}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    end_process(main())
