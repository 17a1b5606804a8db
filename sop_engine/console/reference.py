"""The page `docs/command-line.md`, made from the commands themselves: `python -m sop_engine.console.reference`."""

import inspect
import sys
from collections.abc import Iterator
from typing import Any

from typer import Context
from typer.main import get_command

from sop_engine.console.application import application
from sop_engine.settings import PREFIX, Settings

PROGRAM = "sop"
INTRODUCTION = """\
# The command line

Made from the commands by `python -m sop_engine.console.reference`; a test compares it.

Noun, then verb: `sop case show SHP-2026-0001`. Data goes to stdout, all the rest to stderr. `--json` prints the stable
shape for programs. `--as`, `--profile`, `--lang` and `--json` may also stand before the noun.

| Exit code | Means |
|---|---|
| 0 | done |
| 1 | refused by the case in its present state; the answer says what it allows |
| 2 | wrong usage or invalid input; every fault is listed |
| 3 | no such case, task, clock, incident, document, SOP, person or role |
| 4 | Temporal does not answer, or no worker does |
| 5 | not permitted: roles, or four eyes |
| 70 | a fault of this program; the traceback is in `error.log` in the data directory |

An act that was not answered in time may still be carried out, so it is repeated under the same id, which runs once.
Instants are written with their zone: `2026-03-02T17:00+08:00`.

## Where Temporal is

`--profile` names a profile of Temporal's own configuration file (`temporal config list`), the only connection option;
`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE` and `TEMPORAL_PROFILE` work as for the `temporal` command.
"""


def reference() -> str:
    """The whole page."""
    commands = _command(get_command(application), PROGRAM)
    return "\n".join((INTRODUCTION, *_settings(), "## Commands", "", *commands)).rstrip() + "\n"


def parameters_of(found: Any) -> list[Any]:
    """What a command takes, those included that its class adds; `--help` stands for itself."""
    return [each for each in found.get_params(Context(found)) if each.name != "help"]


def _settings() -> Iterator[str]:
    yield "## Settings"
    yield ""
    yield "| Variable | Default | Means |"
    yield "|---|---|---|"
    yield "| `SOP_USER` |  | Who acts, where `--as` is not given. |"
    lines = inspect.getsource(Settings).splitlines()
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or field.default_factory else f"`{field.default}`"
        yield f"| `{PREFIX}{name.upper()}` | {default} | {_docstring(lines, name)} |"
    yield ""


def _docstring(lines: list[str], name: str) -> str:
    """The text under a field."""
    place = next(index for index, line in enumerate(lines) if line.startswith(f"    {name}:"))
    below = lines[place + 1].strip()
    return below.strip('"') if below.startswith('"""') else ""


def _command(found: Any, path: str) -> Iterator[str]:
    inner = getattr(found, "commands", {})
    if path != PROGRAM:
        yield from (f"{'##' if inner else '###'} `{path}`", "", inspect.cleandoc(found.help), "")
    yield from _parameters(found)
    for name, command in inner.items():
        yield from _command(command, f"{path} {name}")


def _parameters(found: Any) -> Iterator[str]:
    parameters = parameters_of(found)
    own = [parameter for parameter in parameters if not parameter.name.startswith("shared_")]
    shared = [f"`{parameter.opts[0]}`" for parameter in parameters if parameter not in own]
    if own:
        yield from ("| Argument or option | Means |", "|---|---|")
    for parameter in own:
        is_argument = parameter.param_type_name == "argument"
        names = (parameter.metavar,) if is_argument else parameter.opts
        needed = " Required." if parameter.required else ""
        yield f"| {', '.join(f'`{name}`' for name in names)} | {parameter.help}{needed} |"
    if own:
        yield ""
    if shared:
        yield from (f"{'And' if own else 'Takes'} {', '.join(shared)}.", "")


if __name__ == "__main__":
    sys.stdout.write(reference())
