"""What every command knows: its settings, who acts, which language, and where its output goes."""

import asyncio
import sys
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Literal, Protocol
from uuid import uuid4

from pydantic import BaseModel

from sop_engine.basis.faults import InvalidInput
from sop_engine.basis.legible import legible_json
from sop_engine.console.key_files import read_key
from sop_engine.console.printing import below
from sop_engine.settings import Settings, read_settings

if TYPE_CHECKING:
    from temporalio.client import Client
    from temporalio.worker import Interceptor

    from sop_engine.temporal.gateway import CaseGateway

Language = Literal["en", "zh"]


class Serve(Protocol):
    """Runs a worker: sets `ready` when it is, ends when `stop` is set. With a `stand_in` for the world it plays cases
    and does nothing beside them."""

    def __call__(
        self,
        client: "Client",
        settings: Settings,
        ready: asyncio.Event,
        stop: asyncio.Event,
        *,
        stand_in: "Interceptor | None" = None,
    ) -> Awaitable[None]: ...


@dataclass(frozen=True)
class Invocation:
    """What the entry point hands to the commands, and the options given before the command's name."""

    serve: Serve
    environ: Mapping[str, str]
    profile: str | None = None
    user: str | None = None
    language: Language | None = None
    as_json: bool = False


@dataclass(frozen=True)
class Session:
    """One run of one command."""

    settings: Settings
    serve: Serve
    profile: str | None = None
    user: str | None = None
    principal: str | None = None
    """For whom the user acts as deputy, where a command says so."""
    language: Language = "en"
    as_json: bool = False
    command: str = ""
    """Which command it is, `sop case show`: what the log of views says."""
    view: str = field(default_factory=lambda: uuid4().hex)
    """An id of this run, by which what it asks several times is one view."""
    zone: tzinfo | None = None
    """The zone in which instants are shown; the machine's own when absent."""

    def actor(self) -> str:
        """Who acts. Raises `InvalidInput` when nobody said."""
        if not self.user:
            raise InvalidInput("Nobody is named as the one who acts: give --as USER or set SOP_USER")
        return self.user

    def reading(self) -> dict[str, Any]:
        """Who looks, for a question whose answer shows what its reader may see; nobody where nobody said."""
        return {"reader": self.user, "command": self.command, "view": self.view}

    async def gateway(self) -> "CaseGateway":
        """The way to the cases, over the chosen profile; whatever names a person is signed where there is a key.

        Raises `UnreachableError`, and `InvalidInput` for a key that cannot be used.
        """
        from sop_engine.temporal.client import connect
        from sop_engine.temporal.gateway import CaseGateway

        client = await connect(self.profile)
        if self.settings.identity_key is not None:
            from sop_engine.temporal.signing import KeyHolder, signing_client

            client = signing_client(client, KeyHolder(read_key(self.settings.identity_key)))
        return CaseGateway(client, self.settings.task_queue, ui_url=self.settings.ui_url, say=self.say)

    def show(self, renderable: Any) -> None:
        """Data, for people: to stdout; without the padding of tables where it is not a screen."""
        from sop_engine.console.screen import screen

        drawn_on = screen(below(sys.stdout))
        if drawn_on.is_terminal:
            drawn_on.print(renderable)
            return
        with drawn_on.capture() as captured:
            drawn_on.print(renderable)
        for line in captured.get().splitlines():
            self.line(line.rstrip())

    def line(self, text: str) -> None:
        """One line of data, as it is: an id, a path, an address."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def json(self, answer: BaseModel) -> None:
        """Data, for programs: to stdout."""
        self.line(legible_json(answer.model_dump_json(indent=2)))

    def say_count(self, shown: int, total: int) -> None:
        """How much of a list is on the screen."""
        self.say(f"{shown} of {total}" + ("; --limit shows more" if shown < total else ""))

    def is_watched(self) -> bool:
        """Whether a person sees the output."""
        return sys.stdout.isatty()

    def say(self, text: str) -> None:
        """What is not data: to stderr."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def open_session(
    invocation: Invocation,
    *,
    profile: str | None = None,
    user: str | None = None,
    principal: str | None = None,
    language: Language | None = None,
    as_json: bool = False,
    command: str = "",
) -> Session:
    """A session: a command's own options win over those before its name, those over the environment."""
    settings = read_settings(invocation.environ)
    return Session(
        settings=settings,
        serve=invocation.serve,
        profile=profile or invocation.profile,
        principal=principal,
        user=user or invocation.user or invocation.environ.get("SOP_USER"),
        language=language or invocation.language or settings.language,
        as_json=as_json or invocation.as_json,
        command=command,
    )
