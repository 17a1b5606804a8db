"""Carrying out the commands of a page, in order, as its reader would: in a shell, in a folder, against its own stack.

A fence says how its commands are run: `sh` to their end, `sh until` again and again until they succeed, `sh server` and
`sh worker` in the background until the end or an `sh stop`, `sh refused` to a refusal. `sh project` is for the
project's folder: its targets and modules are only looked for. Any other word after `sh` is for who asks for it.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

FENCE = re.compile(r"^```sh ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAMS = Path(sys.executable).parent
PROJECT = Path(__file__).parents[2]
REFUSALS = (1, 2, 3, 5)
"""Exit codes of what is refused, is wrong, is not there, is not permitted."""
PATIENCE = 120.0
"""Seconds that anything may take on a busy machine."""
READY = {"server": re.compile(r"^http://", re.MULTILINE), "worker": re.compile("The worker is ready")}
"""What a program in the background says once it can be used."""


class Block(NamedTuple):
    how: str
    commands: str


def blocks_of(page: Path) -> list[Block]:
    """The fences of shell commands of a page."""
    return [Block(how, commands) for how, commands in FENCE.findall(page.read_text(encoding="utf-8"))]


class Reader:
    """Somebody who types what the page says. Ports are replaced by free ones: others test on the same machine."""

    def __init__(self, folder: Path, ports: Mapping[str, int], **environment: str) -> None:
        self.folder = folder
        self._ports = ports
        self._behind: dict[str, subprocess.Popen[str]] = {}
        shims = folder / "bin"
        shims.mkdir()
        metrics = f"127.0.0.1:{ports['9464']}"
        shim = shims / "sop"
        shim.write_text(
            f'#!/bin/sh\nif [ "$1" = dev ]; then\n  shift\n  export SOP_METRICS_ADDRESS={metrics}\n'
            f'  exec {PROGRAMS}/sop dev --port {ports["7233"]} --ui-port {ports["8233"]} "$@"\nfi\n'
            f'exec {PROGRAMS}/sop "$@"\n'
        )
        shim.chmod(0o755)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("SOP_", "TEMPORAL_"))},
            "PATH": f"{shims}{os.pathsep}{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "TEMPORAL_ADDRESS": f"127.0.0.1:{ports['7233']}",
            **environment,
        }

    def carry_out(self, block: Block) -> None:
        """Runs a block; fails with what it said where a command fails."""
        commands = block.commands
        for port, free in self._ports.items():
            commands = commands.replace(f"127.0.0.1:{port}", f"127.0.0.1:{free}")
        match block.how:
            case "server" | "worker":
                self._start(block.how, commands)
            case "stop":
                self._end(self._behind.pop("server"))
            case "until":
                deadline = time.monotonic() + PATIENCE
                while (said := self._run(commands))[0]:
                    assert time.monotonic() < deadline, said
                    time.sleep(0.2)
            case "refused":
                code, heard = self._run(commands)
                assert code in REFUSALS, f"{commands}\n{code} {heard}"
                assert heard.startswith("error: "), heard
            case "project":
                for line in commands.splitlines():
                    self._look_for(line.split("#")[0].split())
            case _:
                code, heard = self._run(commands)
                assert code == 0, f"{commands}\n{heard}"

    def leave(self) -> None:
        """Ends what runs in the background."""
        for process in self._behind.values():
            self._end(process)

    @staticmethod
    def _look_for(words: list[str]) -> None:
        """Fails where the project has not what a command names."""
        match words:
            case ["make", target, *_]:
                subprocess.run(["make", "--dry-run", target], cwd=PROJECT, stdout=subprocess.DEVNULL, check=True)
            case ["source", script]:
                assert script in (PROJECT / "Makefile").read_text() or script.startswith(".venv/"), script
            case ["python", "-m", module, *_]:
                assert find_spec(module) is not None, module
            case _:
                raise AssertionError(f"not a command of the project: {words}")

    def _run(self, commands: str) -> tuple[int, str]:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return done.returncode, done.stdout

    def _start(self, name: str, command: str) -> None:
        if name in self._behind:
            self._behind.pop(name).wait(PATIENCE)
        log = (self.folder / f"{name}.log").open("w+")
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"], cwd=self.folder, env=self.environment, stdout=log, stderr=log, text=True
        )
        self._behind[name] = process
        deadline = time.monotonic() + PATIENCE
        while not READY[name].search(said := Path(log.name).read_text()):
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)

    @staticmethod
    def _end(process: subprocess.Popen[str]) -> None:
        process.terminate()
        process.wait(PATIENCE)
