"""Replays the recorded histories in a process of their own."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def replayed(paths: list[Path], seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.replay.replaying"],
        cwd=PROJECT,
        env={"PYTHONHASHSEED": seed},
        input="\n".join(map(str, paths)),
        capture_output=True,
        text=True,
        check=False,
    )
