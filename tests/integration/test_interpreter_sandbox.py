"""What a workflow may import and keep: nothing of the records, nothing undeclared, no state of its own at import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import WithSerializationContext
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from sop_engine.temporal.client import connect_to
from sop_engine.temporal.sandbox import PASSED_THROUGH, sandbox
from sop_engine.temporal.server import EmbeddedServer
from tests.integration.careless_workflow import Careless

PROJECT = Path(__file__).parents[2]
WORKFLOW_FILES = sorted((PROJECT / "workflows").glob("*.py"))


def in_fresh_interpreter(code: str) -> str:
    answer = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def test_no_module_of_the_records_is_reachable_from_a_workflow() -> None:
    heavy = ("sqlmodel", "sqlalchemy", "alembic", "typer", "rich", "yaml", "httpx")
    code = f"import sys, workflows.case; print([name for name in {heavy!r} if name in sys.modules])"
    assert in_fresh_interpreter(code) == "[]"


def test_importing_the_workflows_changes_nothing() -> None:
    code = (
        "import os, threading, workflows.case as case;"
        "from sop_engine.temporal.present import PRESENT;"
        "print(threading.active_count(), PRESENT.organization, len(PRESENT._procedures), os.listdir('.') == before)"
    )
    assert in_fresh_interpreter("import os; before = os.listdir('.');" + code) == "1 None 0 True"


def test_every_interpreter_module_but_the_workflows_themselves_is_shared_between_runs() -> None:
    shared = (path for path in WORKFLOW_FILES if "@workflow.defn" not in path.read_text("utf-8"))
    names = {f"workflows.{path.stem}" for path in shared} - {"workflows.__init__"}
    assert names <= set(PASSED_THROUGH)


@pytest.mark.parametrize("path", WORKFLOW_FILES, ids=lambda path: path.stem)
def test_workflow_modules_keep_no_mutable_state(path: Path) -> None:
    """At module level stand imports, definitions, texts, and calls of immutable types. Only `PRESENT` has state."""
    immutable = {"timedelta", "TypeVar", "RetryPolicy", "MappingProxyType", "frozenset"}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        assert isinstance(node, ast.Assign | ast.AnnAssign), ast.unparse(node)
        value = node.value
        if isinstance(value, ast.Call):
            assert ast.unparse(value.func) in immutable, ast.unparse(node)
        else:
            assert isinstance(value, ast.Constant | ast.Tuple | ast.Subscript | ast.BinOp), ast.unparse(node)


def test_the_process_keeps_state_in_one_place_only() -> None:
    code = (
        "import sys, types, workflows.case\n"
        "plain = (str, bytes, int, float, tuple, frozenset, type(None), types.MappingProxyType)\n"
        "for name, module in sorted(sys.modules.items()):\n"
        "    if name.split('.')[0] in ('workflows', 'sop_engine'):\n"
        "        for key, value in sorted(vars(module).items()):\n"
        "            if isinstance(value, (dict, list, set, bytearray)) and not key.startswith('__'):\n"
        "                print(name, key)\n"
        "            elif key.isupper() and type(value).__module__ == name and getattr(value, '__dict__', None):\n"
        "                print(name, key)\n"
    )
    found = set(in_fresh_interpreter(code).splitlines())
    assert "sop_engine.temporal.present PRESENT" in found
    assert {line for line in found if not line.startswith("sop_engine.statechart")} == {
        "sop_engine.temporal.present PRESENT"
    }


def test_nothing_on_the_way_of_a_payload_looks_at_contexts() -> None:
    """As `CaseSandbox` answers for every payload."""
    converter = pydantic_data_converter
    assert not isinstance(converter.payload_codec, WithSerializationContext)
    assert converter.external_storage is None


async def test_an_import_that_nobody_declared_raises(tmp_path: Path) -> None:
    async with EmbeddedServer(tmp_path, ui=False) as server:
        client: Client = await connect_to(server.address)
        runner = sandbox(is_guarded=True)
        assert isinstance(runner, SandboxedWorkflowRunner)
        worker = Worker(
            client,
            task_queue="careless",
            workflows=[Careless],
            workflow_failure_exception_types=[Exception],
        )
        async with worker:
            with pytest.raises(WorkflowFailureError) as failed:
                await client.execute_workflow(Careless.run, id="careless", task_queue="careless")
        assert "yaml" in str(failed.value.cause)
