"""`sop document`: the papers that cases made, and the files that they hold."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sop_engine.basis.faults import NotFound, NotPermitted, Refused
from sop_engine.cases.contracts.files import FileLine, FileList, ListFilesInput, ReadPieceInput
from sop_engine.cases.contracts.reading import CaseInput, DocumentLine, DocumentList, FindDocumentInput
from sop_engine.console.arguments import CaseId
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.file_faults import write_file, write_new_file

document = group("document", "Documents that cases made, and files that they hold.")


@command(document, "list", reads=True)
async def list_documents(session: Session, case_id: CaseId) -> None:
    """List the documents of a case and of those below it."""
    gateway = await session.gateway()
    answer = await gateway.read("list_documents", CaseInput(case_id=case_id, **session.reading()), DocumentList)
    if session.as_json:
        session.json(answer)
        return
    from sop_engine.console.render_lists import render_documents

    session.show(render_documents(answer.documents, session.language, session.zone))


@command(document, "open", acts=True)
async def open_document(
    session: Session,
    document_id: Annotated[str, typer.Argument(metavar="DOCUMENT", help="The document's id.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it; the data directory when left out.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="The PDF in place of the HTML.")] = False,
) -> None:
    """Fetch a document; prints the path of the file, and shows it when a person is watching."""
    gateway = await session.gateway()
    question = FindDocumentInput(**session.reading(), document_id=document_id, kind="pdf" if pdf else "html")
    found = await gateway.read("find_document", question, DocumentLine)
    content = await _content(session, found)
    name = Path(found.name).name
    path = output or session.settings.data_directory / "documents" / name
    write_file(path, content)
    session.line(str(path))
    if session.is_watched():
        typer.launch(str(path))


@command(document, "get", acts=True)
async def get_file(
    session: Session,
    case_id: CaseId,
    name: Annotated[str, typer.Argument(metavar="FILE", help="Its name or kind, as `sop case show` has it.")],
    *,
    version: Annotated[
        int | None, typer.Option("--version", min=1, max=1_000_000, help="An earlier one; the newest when left out.")
    ] = None,
    folder: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where to write it.")] = Path(),
) -> None:
    """Fetch a file of a case, or of one below it; prints its path. No file that is there is written over."""
    from sop_engine.temporal.queues import LIST_FILES

    gateway = await session.gateway()
    held = await gateway.read(LIST_FILES, ListFilesInput(case_id=case_id, **session.reading()), FileList)
    if name in held.masked:
        raise NotPermitted(f"{session.user or 'Who does not say who looks'} may not see {name} of {case_id}")
    found = chosen(held.files, case_id, name, version)
    content = await _content(session, found)
    path = folder / Path(found.name).name
    write_new_file(path, content)
    session.line(str(path))


async def _content(session: Session, found: DocumentLine | FileLine) -> bytes:
    from sop_engine.temporal.files_gateway import FilesGateway

    wanted = ReadPieceInput(case_id=found.case_id, sha256=found.sha256, **session.reading())
    return await FilesGateway(await session.gateway()).fetch(wanted, found.size)


def chosen(held: Sequence[FileLine], case_id: str, name: str, version: int | None) -> FileLine:
    """The one file that is meant. Raises NotFound for none, Refused where several may be meant."""
    named = [file for file in held if name in (file.name, file.kind)]
    if not named:
        raise NotFound(f"{case_id} has no file {name!r}", allowed=dict.fromkeys(file.name for file in held))
    newest = {(file.case_id, file.kind, file.name if name == file.name else ""): file for file in named}
    found = [file for file in named if file.version == version] if version is not None else list(newest.values())
    if not found:
        raise NotFound(f"{name} has no version {version}", allowed=[str(file.version) for file in named])
    if len({file.sha256 for file in found}) > 1:
        names = (f"{file.case_id} {file.kind} {file.name} version {file.version}" for file in found)
        raise Refused(f"{case_id} has several files {name!r}", allowed=names)
    return found[-1]
