"""What imports cannot show about the rooms: empty package files, no mutable state in the pure rooms, files of one
idea."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PURE = ("statechart", "timekeeping", "freight", "cases")
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


def test_every_room_says_what_lives_in_it() -> None:
    rooms = [path for path in (ROOT / "sop_engine").iterdir() if (path / "__init__.py").exists()]
    faces = {room.name: ast.parse((room / "__init__.py").read_text(encoding="utf-8")) for room in rooms}
    silent = [name for name, face in faces.items() if not ast.get_docstring(face)]
    assert not silent
