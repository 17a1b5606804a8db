"""A `sop dev` in a process of its own, and commands against it as they are typed."""

import signal
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from cli import serve
from sop_engine.console.application import application
from sop_engine.console.context import Invocation

PATIENCE = 60.0


class Dev:
    """A `sop dev` in a process of its own."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        words = ["dev", "--data", str(folder), "--port", str(port), "--ui-port", "0"]
        self._log = folder.with_suffix(".log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", *words], stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        assert self.process.stdout is not None
        self.ui_url = self.process.stdout.readline().strip()
        if not self.ui_url.startswith("http://127.0.0.1:"):
            self.end(signal.SIGKILL)
            raise AssertionError(self.log())
        self.address = next(line.split()[3].rstrip(";") for line in self.log().splitlines() if "answers at" in line)

    def log(self) -> str:
        return self.folder.with_suffix(".log").read_text()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._log.close()
        return code


def sop(dev: Dev, *words: str, **environ: str) -> Result:
    given = {"SOP_DATA_DIRECTORY": str(dev.folder), "SOP_UI_URL": dev.ui_url, **environ}
    runner = CliRunner(env={"TEMPORAL_ADDRESS": dev.address, "COLUMNS": "160"})
    return runner.invoke(application, list(words), obj=Invocation(serve=serve, environ=given))
