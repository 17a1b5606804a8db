"""`sop report run` as a command: its options are the parameters of the reports there are.

They are looked up when somebody asks for a report or for its help: the queries bring the database's library along,
which would cost every other command half a second.
"""

import inspect
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

import typer
from pydantic.fields import FieldInfo
from typer.core import TyperCommand
from typer.main import get_command

from sop_engine.console.command import ADDED


class ReportCommand(TyperCommand):
    """The command's own parameters, and after the report's name an option for each that any report has."""

    def get_params(self, ctx: Any) -> list[Any]:
        name, *others = super().get_params(ctx)
        return [name, *_options(), *others]

    def invoke(self, ctx: Any) -> Any:
        own = {parameter.name for parameter in self.params}
        ctx.meta[ADDED] = {name: ctx.params.pop(name) for name in [*ctx.params] if name not in own}
        return super().invoke(ctx)


def option(parameter: str) -> str:
    """How a parameter is written on the command line."""
    return f"--{parameter.replace('_', '-')}"


def _options() -> list[Any]:
    """Made by Typer of a function that would take them."""

    def run(**_: str | None) -> None:
        """Never called."""

    parameters = list(_parameters())
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    alone = typer.Typer(add_completion=False)
    alone.command()(run)
    return list(get_command(alone).params)


def _parameters() -> Iterator[inspect.Parameter]:
    for name, (field, reports) in _fields().items():
        told = f"{field.description} ({', '.join(reports)})"
        annotation = Annotated[str | None, typer.Option(option(name), metavar=_metavar(field), help=told)]
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _fields() -> Mapping[str, tuple[FieldInfo, list[str]]]:
    """Each parameter, with the names of the reports that know it."""
    from sop_engine.records.reports.catalogue import catalogue

    found: dict[str, tuple[FieldInfo, list[str]]] = {}
    for report in catalogue().values():
        for name, field in report.parameters.items():
            found.setdefault(name, (field, []))[1].append(report.name)
    return dict(sorted(found.items()))


def _metavar(field: FieldInfo) -> str | None:
    """What the type of a parameter says of how it is written: the choices, else what its author said."""
    kinds = (field, *get_args(field.annotation))
    choices = [kind for kind in kinds if isinstance(kind, str)]
    said = [note for kind in kinds for note in getattr(kind, "__metadata__", ()) if isinstance(note, str)]
    return "|".join(choices) or next(iter(said), None)
