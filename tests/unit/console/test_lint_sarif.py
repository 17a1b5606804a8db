"""What lint prints for machines: each finding with its place, its check, the way to it, and its mend."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sop_engine.console.sarif import sarif
from sop_engine.content.checking import look_at
from sop_engine.content.library import content_root, load_library

ALLOWED = {
    "log": {"$schema", "version", "runs"},
    "run": {"tool", "columnKind", "originalUriBaseIds", "results"},
    "result": {"ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints", "properties"},
}
"""Keys of SARIF 2.1.0 that are written, as its JSON Schema spells them."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is printed of a booking whose choice of a plan nothing times."""
    root = Path(shutil.copytree(content_root(), tmp_path_factory.mktemp("sarif") / "sops"))
    written = root / "freight" / "Booking.yaml"
    before, choosing, after = written.read_text(encoding="utf-8").partition("  choosing:\n")
    assert choosing
    written.write_text(before + choosing + after.replace("      within: attend_within\n", "", 1), encoding="utf-8")
    library = load_library(root)
    printed: dict[str, Any] = json.loads(json.dumps(sarif(look_at(library, "Booking"), library.root)))
    return printed


def test_sarif_has_a_result_for_each_finding_at_its_line(told: dict[str, Any]) -> None:
    (run,) = told["runs"]
    assert (told["version"], set(told), set(run)) == ("2.1.0", ALLOWED["log"], ALLOWED["run"])
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    lines = (content_root() / "freight" / "Booking.yaml").read_text(encoding="utf-8").splitlines()
    assert run["results"]
    for result in run["results"]:
        assert set(result) == ALLOWED["result"]
        assert (rules[result["ruleIndex"]], result["level"]) == (result["ruleId"], "warning")
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "freight/Booking.yaml", "uriBaseId": "SOPS"}
        assert 1 <= physical["region"]["startLine"] <= len(lines)
    silent = next(result for result in run["results"] if "'choosing' waits" in result["message"]["text"])
    line = silent["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert lines[line - 1].strip() == "choosing:"
    assert silent["properties"]["way"] == ["planning.proposed"]
