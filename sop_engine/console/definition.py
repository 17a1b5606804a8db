"""`sop definition`: for those who write SOPs. Reads the files of this machine; no server is asked."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import Fault, InvalidInput, NotFound
from sop_engine.console.arguments import SopName
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.diagrams import Form, drawn, marks_of_case
from sop_engine.console.file_faults import place_faults, write_file

if TYPE_CHECKING:
    from sop_engine.content.library import Library
    from sop_engine.work.contract import Work

definition = group("definition", "The SOPs themselves: list them, read them, check them, draw them.")

SopNames = Annotated[list[str] | None, typer.Argument(metavar="[SOP]...", help="Which SOPs; all when left out.")]
WorkName = Annotated[
    str | None, typer.Argument(metavar="[WORK]", help="Name of one, such as import_taxes; all when left out.")
]


class DefinitionLine(BaseModel):
    """One SOP in a list."""

    sop: str
    version: int
    title: dict[str, str]
    owner: str
    file: str
    content_hash: str


class DefinitionList(BaseModel):
    definitions: tuple[DefinitionLine, ...]


class WorkContract(BaseModel):
    """One kind of automated work."""

    work: str
    does: str
    writes: str | None
    """What it writes to the records."""
    takes: dict[str, Any]
    """JSON Schema of its input."""
    gives: dict[str, Any]
    """JSON Schema of its result."""

    @classmethod
    def of(cls, work: "Work[Any]") -> Self:
        takes, gives = work.takes.model_json_schema(), work.gives.model_json_schema(mode="serialization")
        return cls(work=work.name, does=work.does, writes=work.writes, takes=takes, gives=gives)


class WorkList(BaseModel):
    works: tuple[WorkContract, ...]


@command(definition, "list", reads=True, local=True)
def list_definitions(session: Session) -> None:
    """List the SOPs of this installation."""
    library = read_library(session)
    lines = tuple(
        DefinitionLine(
            sop=name,
            version=found.definition.version,
            title=found.definition.title.model_dump(),
            owner=found.definition.owner,
            file=found.file.name,
            content_hash=found.content_hash,
        )
        for name, found in sorted(library.sops.items())
    )
    if session.as_json:
        session.json(DefinitionList(definitions=lines))
        return
    from sop_engine.console.render_definition import render_definitions

    rows = [(line.sop, line.title, line.version, line.owner, line.file) for line in lines]
    session.show(render_definitions(rows, session.language))


@command(definition, "show", reads=True, local=True)
def show(session: Session, sop: SopName) -> None:
    """Show one SOP: its states with their work and clocks, its data, events and figures."""
    library = read_library(session)
    found = library.sops.get(sop)
    if found is None:
        raise unknown_sop(library, sop)
    if session.as_json:
        session.json(found.definition)
        return
    from sop_engine.console.render_definition import render_definition

    session.show(render_definition(found.definition, session.language))


@command(definition, "work", reads=True, local=True)
def show_work(session: Session, name: WorkName = None) -> None:
    """List the automated work that SOPs may name, or show what one takes and gives; `--json` has JSON Schema."""
    from sop_engine.basis.suggestion import nearest
    from sop_engine.console.render_work import render_work, render_works
    from sop_engine.work.catalogue import WORKS

    if name is not None and name not in WORKS:
        raise NotFound(f"There is no work {name!r}", allowed=tuple(nearest(name, WORKS, 3)) or tuple(WORKS))
    if session.as_json:
        told = [WorkContract.of(work) for work in WORKS.values() if name in (None, work.name)]
        session.json(WorkList(works=tuple(told)) if name is None else told[0])
    elif name is None:
        session.show(render_works(WORKS.values(), session.language))
    else:
        session.show(render_work(WORKS[name], session.language))


@command(definition, "schema", local=True)
def schema(
    session: Session,
    scenarios: Annotated[bool, typer.Option("--scenarios", help="That of a file of scenarios.")] = False,
) -> None:
    """Print the JSON Schema of an SOP file, for editors."""
    from sop_engine.content.scenario_schema import scenario_schema
    from sop_engine.content.schema import definition_schema

    made = scenario_schema() if scenarios else definition_schema()
    session.line(json.dumps(made, ensure_ascii=False, indent=2))


@command(definition, "diagram")
async def diagram(
    session: Session,
    sop: SopName,
    form: Annotated[
        Form, typer.Option("--format", help="Mermaid for Markdown, a picture, or BPMN 2.0 for other tools.")
    ] = "mermaid",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; the screen when left out.")
    ] = None,
    case_id: Annotated[
        str | None,
        typer.Option("--case", help="Mark the states that this case is in, and count how often it came into each."),
    ] = None,
) -> None:
    """Draw one SOP: as Mermaid text, as SVG, or as BPMN 2.0 with its layout."""
    from sop_engine.cases.diagrams.model import Marks
    from sop_engine.cases.diagrams.subject import Subject
    from sop_engine.cases.running.compiling import compile_procedure

    library = read_library(session)
    if faults := faults_of(library, sop):
        raise InvalidInput(f"{sop} cannot be drawn", faults)
    procedure = compile_procedure(library.bundle(sop, datetime.now(UTC).date()))
    marks = await marks_of_case(session, procedure.definition, case_id, form) if case_id else Marks()
    sops = {name: found.definition for name, found in library.sops.items()}
    roles = {name: role.title for name, role in library.organization.roles.items()}
    text = drawn(Subject(procedure, sops, roles), form, session.language, marks)
    if output is None:
        session.line(text.rstrip())
        return
    write_file(output, text.encode())
    session.line(str(output))


@command(definition, "page", reads=True, local=True)
def page(
    session: Session,
    sops: SopNames = None,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="For cases that open on this day; else today.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where to write a file each; the screen when left out."),
    ] = None,
) -> None:
    """Tell all about SOPs on a page each, in Markdown: how they begin, states, forms, promises, roles, papers."""
    from sop_engine.console.procedure_page import contents_page, page_subject, procedure_page

    library = read_library(session)
    day = (on or datetime.now(UTC)).date()
    wanted = sops or sorted(library.sops)
    if faults := [fault for sop in wanted for fault in faults_of(library, sop)]:
        raise InvalidInput("The pages cannot be made", faults)
    pages = {f"{sop}.md": procedure_page(page_subject(library, sop, day)) for sop in wanted}
    if output is None:
        session.line("\n".join(pages.values()).rstrip())
        return
    if not sops:
        pages["README.md"] = contents_page(library, day)
    for name, text in pages.items():
        write_file(output / name, text.encode())
    session.line(str(output))


def read_library(session: Session) -> "Library":
    """The content of this machine. Raises `InvalidInput` with every fault of every file."""
    from sop_engine.content.library import ContentError, load_library

    settings = session.settings
    try:
        return load_library(**settings.content_files())
    except ContentError as error:
        raise InvalidInput("The content cannot be used", place_faults(error.faults)) from None


def faults_of(library: "Library", sop: str) -> list[Fault]:
    """What is wrong with one SOP, in the order of its file. Raises `NotFound`."""
    from sop_engine.content.checking import check_sop

    if sop not in library.sops:
        raise unknown_sop(library, sop)
    return place_faults(sorted(check_sop(library, sop)[0]))


def unknown_sop(library: "Library", sop: str) -> NotFound:
    return NotFound(f"There is no SOP {sop!r}", allowed=sorted(library.sops))
