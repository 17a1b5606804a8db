"""How a function becomes a command: the options all commands share, coroutines run, errors told plainly."""

import asyncio
import inspect
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.console.context import Invocation, Language, open_session
from sop_engine.console.errors import told_plainly

Function = TypeVar("Function", bound=Callable[..., Coroutine[Any, Any, None] | None])

ProfileOption = Annotated[
    str | None, typer.Option("--profile", help="Connection profile of Temporal's own configuration file.")
]
LanguageOption = Annotated[Language | None, typer.Option("--lang", help="Language of titles and labels.")]
UserOption = Annotated[str | None, typer.Option("--as", metavar="USER", help="Who acts or looks; else SOP_USER.")]
ForOption = Annotated[
    str | None,
    typer.Option("--for", metavar="USER", help="Who is away, and for whom it is done; else found out."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

ADDED = "sop.added"
"""Where a command's class leaves what its own options were given, for Typer takes none that it did not declare."""

_HALF = re.compile("[\ud800-\udfff]")
_SHARED: tuple[tuple[str, Any, Any], ...] = (
    ("shared_user", UserOption, None),
    ("shared_principal", ForOption, None),
    ("shared_json", JsonOption, False),
    ("shared_profile", ProfileOption, None),
    ("shared_language", LanguageOption, None),
)


def group(name: str, help_text: str) -> typer.Typer:
    """A noun whose verbs are commands; without a verb it shows them."""
    return typer.Typer(name=name, help=help_text, no_args_is_help=True, rich_markup_mode=None)


def command(
    owner: typer.Typer,
    name: str,
    *,
    reads: bool = False,
    acts: bool = False,
    deputises: bool = False,
    local: bool = False,
    cls: type[TyperCommand] = TyperCommand,
) -> Callable[[Function], Function]:
    """Registers `function(session, …)` under a name, with the shared options.

    `reads` gives it `--json`, `acts` gives it `--as`, and so does `reads`, for who looks decides what is shown;
    `deputises` gives it `--for`; `local` spares it `--profile`, and `--as` where nobody acts; `cls` may add options to
    those of the function's signature, for a function that takes `**more`. An `async` function is run to its end: Typer
    alone would never run it and still exit with 0.
    """

    def register(function: Function) -> Function:
        wanted_by = {
            "shared_json": reads,
            "shared_user": acts or (reads and not local),
            "shared_principal": deputises,
            "shared_profile": not local,
        }
        wanted = [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for key, annotation, default in _SHARED
            if wanted_by.get(key, True)
        ]
        own = [
            parameter
            for parameter in list(inspect.signature(function).parameters.values())[1:]
            if parameter.kind is not inspect.Parameter.VAR_KEYWORD
        ]

        def run(context: typer.Context, **given: Any) -> None:
            given.update(context.meta.get(ADDED, {}))
            with told_plainly(context.obj):
                _refuse_half_characters(given)
                session = open_session(
                    context.obj,
                    profile=given.pop("shared_profile", None),
                    user=given.pop("shared_user", None),
                    principal=given.pop("shared_principal", None),
                    language=given.pop("shared_language"),
                    as_json=given.pop("shared_json", False),
                    command=context.command_path,
                )
                answer = function(session, **given)
                if answer is not None:
                    asyncio.run(answer)

        parameters = [
            inspect.Parameter("context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
            *(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own),
            *wanted,
        ]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        run.__doc__ = function.__doc__
        owner.command(name, cls=cls)(run)
        return function

    return register


def _refuse_half_characters(given: Mapping[str, Any]) -> None:
    """Bytes that are no UTF-8 reach a program as halves of characters, which nothing behind it can write. A path may
    hold them."""
    texts = ((name, text) for name, value in given.items() for text in (value if isinstance(value, list) else [value]))
    faults = [
        Fault(where=name, what=f"{text!r} holds bytes that are no text", allowed="UTF-8")
        for name, text in texts
        if isinstance(text, str) and _HALF.search(text)
    ]
    if faults:
        raise InvalidInput("The input cannot be read", faults)


def before_the_command(
    context: typer.Context,
    profile: ProfileOption = None,
    language: LanguageOption = None,
    user: UserOption = None,
    as_json: JsonOption = False,
) -> None:
    """The shared options, where they are written before the command's name."""
    invocation: Invocation = context.obj
    context.obj = replace(invocation, profile=profile, language=language, user=user, as_json=as_json)
