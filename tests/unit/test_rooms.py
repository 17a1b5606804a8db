"""What imports cannot show about the rooms: empty package files, no mutable state in the pure rooms, files of one
idea."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("basis", "statechart", "timekeeping", "freight", "work", "cases")
MUTABLE_CALLS = ("dict", "list", "set", "defaultdict", "OrderedDict", "Counter", "deque", "WeakValueDictionary")
ROOMS = ("workflows", "activities", "sop_definitions", "sop_engine")
PACKAGES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("__init__.py"))
PURE_FILES = sorted(path for room in PURE for path in (ROOT / "sop_engine" / room).rglob("*.py"))
CODE = sorted(
    path
    for room in ("workflows", "activities", "sop_engine")
    for path in (ROOT / room).rglob("*.py")
    if "versions" not in path.parts
)


PROGRAMS = [*CODE, ROOT / "worker.py", ROOT / "cli.py"]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PACKAGES, ids=relative)
def test_a_package_file_holds_only_its_docstring(path: Path) -> None:
    """A package on the way to a workflow is executed for every run, and tells a reader what lives in the room."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(body) <= 1
    assert all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


@pytest.mark.parametrize("path", PURE_FILES, ids=relative)
def test_a_pure_room_keeps_no_mutable_state(path: Path) -> None:
    """Modules passed through the sandbox are shared between runs, so a list in one would grow from case to case."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            continue
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        literal = isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp)
        name = value.func if isinstance(value, ast.Call) else None
        called = isinstance(name, ast.Name) and name.id in MUTABLE_CALLS
        stateful = literal or called
        assert not stateful, f"{relative(path)}:{node.lineno} holds a mutable container"


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_a_module_is_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 420, "split the module by its nouns"


@pytest.mark.parametrize("path", PROGRAMS, ids=relative)
def test_nothing_unknown_is_passed_over_in_silence(path: Path) -> None:
    """A kind that somebody adds later must be refused where it was forgotten, or passed over on purpose.

    mypy proves `assert_never`; an arm for what is none of these says what becomes of it.
    """
    silent = silent_arms(path.read_text(encoding="utf-8"))
    assert not silent, f"{relative(path)}:{silent} has no last arm: add `case _:` or `else:`"


def silent_arms(source: str) -> list[int]:
    """The lines of every choice among kinds that passes over what is none of them."""
    tree = ast.parse(source)
    matches = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Match) and not takes_all(node)]
    return matches + [chain[0].lineno for chain in chains(tree) if names_one_thing(chain) and not chain[-1].orelse]


def takes_all(choice: ast.Match) -> bool:
    last = choice.cases[-1]
    return isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None


def chains(tree: ast.AST) -> list[list[ast.If]]:
    """Every `if` with at least one `elif`, in order."""
    following = {id(node): node.orelse[0] for node in ast.walk(tree) if isinstance(node, ast.If) and is_chained(node)}
    inner = {id(node) for node in following.values()}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and id(node) in following and id(node) not in inner:
            chain = [node]
            while isinstance(after := following.get(id(chain[-1])), ast.If):
                chain.append(after)
            found.append(chain)
    return found


def is_chained(node: ast.If) -> bool:
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)


def names_one_thing(chain: list[ast.If]) -> bool:
    """Whether each test compares the same thing with constants: a `match` by another name."""
    compared = {asked_about(each.test) for each in chain}
    return len(compared) == 1 and None not in compared


def asked_about(test: ast.expr) -> str | None:
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq | ast.In):
        return None
    is_constant = all(isinstance(each, ast.Constant | ast.Tuple | ast.Set) for each in test.comparators)
    return ast.unparse(test.left) if is_constant else None


@pytest.mark.parametrize(
    ("source", "silent"),
    [
        ("match a:\n case 1: b()", True),
        ("match a:\n case 1: b()\n case _ if c: d()", True),
        ("match a:\n case 1: b()\n case _: pass", False),
        ("match a:\n case 1: b()\n case unknown: assert_never(unknown)", False),
        ("if a == 1: b()\nelif a in (2, 3): c()", True),
        ("if a == 1: b()\nelif a == 2: c()\nelse: d()", False),
        ("if a == 1: b()\nelif c: d()", False),
    ],
)
def test_a_silent_arm_is_seen(source: str, silent: bool) -> None:
    assert silent_arms(source) == ([1] if silent else [])


def test_every_room_says_what_lives_in_it() -> None:
    rooms = [path for path in (ROOT / "sop_engine").iterdir() if (path / "__init__.py").exists()]
    faces = {room.name: ast.parse((room / "__init__.py").read_text(encoding="utf-8")) for room in rooms}
    silent = [name for name, face in faces.items() if not ast.get_docstring(face)]
    assert not silent


def test_the_tests_of_a_room_lie_in_a_folder_of_its_name() -> None:
    folders = {path.parent.name for path in (ROOT / "tests" / "unit").glob("*/__init__.py")}
    rooms = {path.parent.name for path in (ROOT / "sop_engine").glob("*/__init__.py")}
    assert folders <= {*rooms, "activities"}


def test_what_tests_share_lies_beside_them() -> None:
    """A module of tests is read for what it proves; whoever looks for a helper looks for its name."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    lines = {relative(path): path.read_text(encoding="utf-8").splitlines() for path in tests}
    taken = [
        f"{name}: {line}" for name, text in lines.items() for line in text if re.match(r"from tests\S*\.test_", line)
    ]
    assert not taken
