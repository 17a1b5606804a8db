"""The demonstration, whole: two shipments go from commission to collection, and the ledger balances."""

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]

HANGS = 300
"""Seconds after which it has stopped for good; a minute is what it takes on an idle machine."""


def demo(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {"SOP_DATA_DIRECTORY": str(folder), "PATH": "/usr/bin:/bin", "COLUMNS": "120"}
    command = [sys.executable, "-m", "cli", "demo", *words]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=HANGS, check=False)


def test_both_shipments_are_paid_and_the_ledger_balances(tmp_path: Path) -> None:
    played = demo(tmp_path)
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stderr == ""
    for told in (
        "Zhou Jie (Operations clerk): records the consignment note\n",
        "clock met: First review, due ",
        "document made: Freight invoice  [SHP-2026-0001.invoicing]\n",
        "case closed: paid  [SHP-2026-0001]\n",
        "case closed: paid  [SHP-2026-0002]\n",
        "text message to +8613800000000: Your complaint CMP-2026-0001 is registered",
        "clock met: First response has reached the complainant  [CMP-2026-0001]\n",
        "task opened: To be called  [CMP-2026-0002.notice.received#1.call]\n",
        "clock met: First response has reached the complainant  [CMP-2026-0002]\n",
        "The ledger balances\n",
        "/namespaces/default/workflows/SHP-2026-0002\n",
    ):
        assert told in played.stdout


def test_what_goes_wrong_is_said_and_the_exit_code_is_1(tmp_path: Path) -> None:
    """Somebody without the role acts."""
    example = yaml.safe_load((ROOT / "examples" / "export_fcl.yaml").read_text(encoding="utf-8"))
    example["script"] = [{**example["script"][0], "as": "shi.lei"}]
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(example, allow_unicode=True), encoding="utf-8")
    played = demo(tmp_path, "--example", str(file))
    assert played.returncode == 1
    assert "error: SHP-2026-0001: shi.lei may not complete received#1" in played.stderr
    assert f"hint: the worker's log is {tmp_path / 'demo.log'}" in played.stderr
