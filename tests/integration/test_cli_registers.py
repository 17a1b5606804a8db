"""`sop register` and `sop stream` against a running `sop dev`: by hand and from files, who may, what is refused."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import Result

from sop_engine.content.library import load_library
from tests.integration.dev_process import Dev, sop

WHY = ("--reason", "yearly review", "--as", "lin.yue")


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    running = Dev(tmp_path_factory.mktemp("registers") / "data")
    yield running
    running.end(signal.SIGTERM)


def told(result: Result) -> tuple[int, str]:
    return result.exit_code, result.stderr.strip()


def keeper() -> str:
    """Somebody of the packaged organisation who may keep suppliers."""
    library = load_library()
    roles = set(library.registers["suppliers"].keepers)
    return next(name for name, person in library.organization.people.items() if roles & set(person.roles))


def test_a_row_by_hand_and_its_history(dev: Dev) -> None:
    added = sop(dev, "register", "set", "customers", "C-1", *WHY, "--set", "name=East Lake Pumps", "--set", "grade=B")
    assert told(added) == (0, "customers C-1: added")
    same = sop(dev, "register", "set", "customers", "C-1", *WHY, "--set", "grade=B")
    assert told(same) == (0, "customers C-1: nothing changes")
    person = ("--set", "contacts.0.name=李明", "--set", "contacts.0.phone=+86 21 5555 0100", "--set", "grade=A")
    assert told(sop(dev, "register", "set", "customers", "C-1", *WHY, *person)) == (0, "customers C-1: changed")
    shown = json.loads(sop(dev, "register", "show", "customers", "C-1", "--json").stdout)
    assert (shown["version"], shown["values"]["grade"], shown["actor"]) == (2, "A", "lin.yue")
    history = json.loads(sop(dev, "register", "history", "customers", "C-1", "--json").stdout)["changes"]
    assert [change["kind"] for change in history] == ["changed", "added"]
    assert history[0]["changes"]["grade"] == {"old": "B", "new": "A"}
    assert (history[0]["reason"], history[0]["case_id"]) == ("yearly review", None)
    for words in (("list",), ("list", "customers"), ("show", "customers", "C-1"), ("history", "customers")):
        result = sop(dev, "register", *words)
        assert (result.exit_code, bool(result.stdout)) == (0, True), result.stderr
    assert "A, key account" in sop(dev, "register", "show", "customers", "C-1").stdout


def test_who_may_not_and_what_is_not_there(dev: Dev) -> None:
    why = ("--reason", "no", "--as")
    code, said = told(sop(dev, "register", "set", "customers", "C-9", *why, "zhou.jie", "--set", "name=X"))
    assert (code, "zhou.jie has no role that keeps customers" in said) == (5, True), said
    code, said = told(sop(dev, "register", "set", "customers", "C-9", *why, "lin.yeu", "--set", "name=X"))
    assert (code, "nobody called 'lin.yeu' is known" in said, "lin.yue" in said) == (5, True, True), said
    code, said = told(sop(dev, "register", "list", "custommers"))
    assert (code, "there is no register 'custommers'" in said, "customers" in said) == (3, True, True), said
    code, said = told(sop(dev, "register", "show", "customers", "C-99"))
    assert (code, "customers has no row 'C-99'" in said) == (3, True), said
    code, said = told(sop(dev, "register", "set", "customers", "C-9", *WHY, "--set", "graed=A", "--set", "owner=me"))
    assert code == 2
    for part in ("graed: unknown field, did you mean grade?", "name: is missing", "nobody called 'me' is known"):
        assert part in said
    code, said = told(sop(dev, "register", "set", "rosters", "zhou.jie:2026-12-01", *WHY, "--set", "place=x"))
    assert (code, "has 2 parts (allowed: person:day:shift)" in said) == (2, True), said


def test_a_file_with_faults_lists_all_and_changes_nothing(dev: Dev, tmp_path: Path) -> None:
    lines = ["supplier_no,name,kind,grade,owner"]
    for number in range(1000):
        kind, owner = {0: ("trucker", "nobody"), 25: ("lorry", "")}.get(number % 50, ("trucker", ""))
        lines.append(f"S-{number},Trucks {number},{kind},B,{owner}")
    path = tmp_path / "suppliers.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    keep = ("register", "import", "suppliers", str(path), "--reason", "new list", "--as", keeper())
    for more in (("--dry-run",), ()):
        result = sop(dev, *keep, *more)
        assert result.exit_code == 2
        faults = [line for line in result.stderr.splitlines() if line.startswith("  - row ")]
        assert len(faults) == 40
        assert result.stderr.startswith(f"error: 40 faults in {path}; nothing is changed")
        assert faults[0].startswith("  - row 2, owner: nobody called 'nobody' is known")
        assert faults[1].startswith("  - row 27, kind: 'lorry' is not among the choices (allowed: ocean_carrier,")
    assert json.loads(sop(dev, "register", "list", "suppliers", "--json").stdout)["total"] == 0
    path.write_text("\n".join(lines).replace("lorry", "trucker").replace("nobody", ""), encoding="utf-8-sig")
    assert "1000 would be added" in sop(dev, *keep, "--dry-run").stderr
    assert told(sop(dev, *keep)) == (0, "1000 rows: 1000 added, 0 changed, 0 as they are")
    assert told(sop(dev, *keep)) == (0, "1000 rows: 0 added, 0 changed, 1000 as they are")


def test_what_is_exported_is_imported_again_and_changes_nothing(dev: Dev, tmp_path: Path) -> None:
    for number, contact in enumerate(("Li", "Wu", "Qian")):
        words = ("--set", f"name=海运 {number}", "--set", f"contacts.0.name={contact}", "--set", "opt_outs.0=surveys")
        assert sop(dev, "register", "set", "customers", f"X-{number}", *WHY, *words).exit_code == 0
    for name in ("customers.csv", "customers.xlsx"):
        path = tmp_path / name
        assert sop(dev, "register", "export", "customers", str(path)).exit_code == 0
        result = sop(dev, "register", "import", "customers", str(path), *WHY)
        assert result.exit_code == 0, result.stderr
        assert "0 added, 0 changed" in result.stderr
    code, said = told(sop(dev, "register", "export", "customers", str(tmp_path / "customers.pdf")))
    assert (code, "is no kind of table (allowed: .csv, .xlsx)" in said) == (2, True), said


def test_readings_from_files_are_all_taken_or_every_fault_is_told(dev: Dev, tmp_path: Path) -> None:
    bring = ("--source", "beidou", "--as", "ma.chao")
    path, lines = tmp_path / "positions.csv", ["vehicle,at,latitude,longitude,speed_kmh"]
    lines += [
        f"沪A{number % 7},2026-03-02T{9 + number // 60:02}:{number % 60:02}+08:00,31.2,121.5,{number % 90}"
        for number in range(300)
    ]
    path.write_text(
        "\n".join([*lines, "沪A1,yesterday,31.2,121.5,0", ",2026-03-02T09:00+08:00,91,x,0"]), encoding="utf-8"
    )
    for more in (("--dry-run",), ()):
        result = sop(dev, "stream", "import", "positions", str(path), *bring, *more)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"error: 4 faults in {path}; nothing is taken")
        assert "row 302, at: 'yesterday' is not an instant with its zone" in result.stderr
        assert "row 303, vehicle: is missing" in result.stderr
    path.write_text("\n".join([*lines, *lines[1:11]]), encoding="utf-8")
    dry = sop(dev, "stream", "import", "positions", str(path), *bring, "--dry-run")
    assert told(dry) == (0, "310 readings: 300 would be new, 10 known already")
    assert told(sop(dev, "stream", "import", "positions", str(path), *bring)) == (
        0,
        "310 readings: 300 new, 10 known already",
    )
    given = {"vehicle": "沪B9", "at": "2026-03-02T09:00+08:00", "latitude": 31, "longitude": 121, "speed_kmh": 0}
    for name, text, said in (
        ("more.jsonl", json.dumps(given), "1 readings: 1 new, 0 known already"),
        ("more.jsonl", json.dumps({**given, "id": "x"}) + "\n[1]", "row 2: is no JSON object"),
        ("head.csv", "vehicle,at,latitud\na,b,c", "column 3: unknown column 'latitud', did you mean latitude?"),
        ("empty.jsonl", "", "holds none"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        result = sop(dev, "stream", "import", "positions", str(tmp_path / name), *bring)
        assert said in result.stderr, result.stderr
    lines = json.loads(sop(dev, "stream", "list", "--json").stdout)["streams"]
    assert {each["written"]["stream"]: (each["readings"], each["subjects"]) for each in lines} == {
        "positions": (301, 8),
        "temperatures": (0, 0),
    }
    shown = json.loads(sop(dev, "stream", "show", "positions", "沪a 3", "--limit", "2", "--json").stdout)
    assert ([each["subject"] for each in shown["readings"]], shown["total"]) == (["沪A3", "沪A3"], 43)
    for words in (("list",), ("show", "positions")):
        result = sop(dev, "stream", *words)
        assert (result.exit_code, bool(result.stdout)) == (0, True), result.stderr
    code, said = told(sop(dev, "stream", "import", "positions", str(path), "--source", "beidou", "--as", "lin.yue"))
    assert (code, "lin.yue has no role that feeds positions" in said) == (5, True), said
    code, said = told(sop(dev, "stream", "show", "positions", "沪A33"))
    assert (code, "positions has no readings of '沪A33'" in said) == (3, True), said
