"""`sop definition publish|diff|versions`: what new cases take, who published it, and what differs between two texts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.cases.contracts.definitions import DefinitionTextInput
from sop_engine.cases.contracts.orders import KeepDefinitionInput
from sop_engine.cases.written.difference import Change, differences
from sop_engine.console.arguments import Reason, SopName
from sop_engine.console.command import command
from sop_engine.console.context import Session
from sop_engine.console.file_faults import place_faults, read_file
from sop_engine.console.inputs import contract
from sop_engine.console.simulate import definition

if TYPE_CHECKING:
    from sop_engine.temporal.definitions_gateway import DefinitionsGateway

__all__ = ["definition"]
"""The group, with the commands that are here."""

SHORTEST_HASH = 6
"""Signs of a draft's hash that are enough to name it."""

SopFileName = Annotated[Path, typer.Argument(metavar="FILE", help="The procedure's file.")]
AsDraft = Annotated[
    bool, typer.Option("--draft", help="Only keep it, checked, for a case about it to publish; anybody may.")
]
Text = "A version, or the beginning of a draft's hash"


class DefinitionDiff(BaseModel):
    """What differs between two texts."""

    sop: str
    old: str
    new: str
    changes: tuple[Change, ...]


@command(definition, "publish", reads=True, acts=True)
async def publish(session: Session, file: SopFileName, reason: Reason, draft: AsDraft = False) -> None:
    """Publish a procedure's file: cases that open from then on take it, on every worker; for an administrator.

    Faults are listed as by `lint`. A version is published once; with another text it is refused.
    """
    written = read_file(file)
    gateway = await _gateway(session)
    given = contract(
        KeepDefinitionInput,
        file=file.name or str(file),
        written=written,
        publish=not draft,
        actor=session.actor(),
        reason=reason,
    )
    done = await gateway.keep(given)
    if session.as_json:
        session.json(done)
    else:
        for warning in done.warnings:
            session.say(f"warning: {warning}")
    sop, version, content_hash = done.what.split()
    said = "kept as a draft" if draft else "published; cases that open from now on take it"
    session.say(f"{sop} version {version} is {said if done.changed else 'there already; nothing changes'}")
    session.say(f"hash {content_hash}")


@command(definition, "versions", reads=True)
async def versions(session: Session, sop: SopName) -> None:
    """List the texts of a procedure: files, drafts and publications, by whom, why and by which case."""
    from sop_engine.console.render_publishing import render_versions

    found = await (await _gateway(session)).versions(sop)
    if session.as_json:
        session.json(found)
    else:
        session.show(render_versions(found, session.language, session.zone))


@command(definition, "diff", reads=True)
async def diff(
    session: Session,
    sop: SopName,
    old: Annotated[
        str | None, typer.Option("--from", metavar="VERSION", help=f"{Text}; what is in force when left out.")
    ] = None,
    new: Annotated[str | None, typer.Option("--to", metavar="VERSION", help=f"{Text}; the file when left out.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Compare with this file; else with this machine's.")
    ] = None,
) -> None:
    """Show what differs between two texts of a procedure: states, transitions, work, clocks, figures, texts."""
    from sop_engine.console.render_publishing import render_changes

    if new is not None and file is not None:
        raise InvalidInput("One text is compared with one other", [Fault("--file", "is given beside --to", "either")])
    gateway = await _gateway(session)
    before = await gateway.text(_asked(sop, old))
    if new is not None:
        after = await gateway.text(_asked(sop, new))
        name, written = f"version {after.version}", after.written
    else:
        name, written = _of_file(session, sop, file)
    told = DefinitionDiff(
        sop=sop,
        old=f"version {before.version} ({before.content_hash[:12]})",
        new=name,
        changes=differences(before.written, written),
    )
    if session.as_json:
        session.json(told)
        return
    if told.changes:
        session.show(render_changes(told.changes, session.language, session.zone))
    session.say(f"{len(told.changes)} differences from {told.old} to {told.new}")


def _asked(sop: str, text: str | None) -> DefinitionTextInput:
    """Raises `InvalidInput` for what is neither a version nor a hash."""
    if text is None:
        return contract(DefinitionTextInput, sop=sop)
    if text.isdecimal() and text.isascii() and len(text) < SHORTEST_HASH:
        return contract(DefinitionTextInput, sop=sop, version=int(text))
    if len(text) < SHORTEST_HASH:
        fault = Fault(text, "is neither a version nor a hash", f"a number, or {SHORTEST_HASH} signs of a hash and more")
        raise InvalidInput("No text of the procedure is called so", [fault])
    return contract(DefinitionTextInput, sop=sop, content_hash=text)


def _of_file(session: Session, sop: str, file: Path | None) -> tuple[str, dict[str, Any]]:
    """Raises `InvalidInput` with every fault, `NotFound` where this machine has no file of the SOP."""
    from sop_engine.console.definition import read_library, unknown_sop
    from sop_engine.content.library import sop_of
    from sop_engine.content.yaml_files import YamlError, YamlFault, read_text

    library = read_library(session)
    if file is None:
        if sop not in library.sops:
            raise unknown_sop(library, sop)
        own = library.sops[sop]
        return own.file.name, own.file.value
    faults: list[YamlFault] = []
    try:
        found = sop_of(read_text(read_file(file), file.name), faults, library.parts)
    except YamlError as error:
        found, faults = None, list(error.faults)
    if found is not None and found.definition.sop != sop:
        faults.append(found.place(("sop",), f"this is {found.definition.sop}; allowed: {sop}"))
    if found is None or faults:
        raise InvalidInput(f"{file} cannot be compared", place_faults(faults))
    return file.name, found.file.value


async def _gateway(session: Session) -> "DefinitionsGateway":
    from sop_engine.temporal.definitions_gateway import DefinitionsGateway

    return DefinitionsGateway(await session.gateway())
