"""`sop document`: the papers that cases made."""

from pathlib import Path
from typing import Annotated

import typer

from sop_engine.cases.contracts.reading import CaseInput, DocumentChunk, DocumentList, ReadDocumentInput
from sop_engine.console.arguments import CaseId
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.file_faults import write_file

document = group("document", "Documents that cases made.")


@command(document, "list", reads=True)
async def list_documents(session: Session, case_id: CaseId) -> None:
    """List the documents of a case and of those below it."""
    gateway = await session.gateway()
    answer = await gateway.read("list_documents", CaseInput(case_id=case_id), DocumentList)
    if session.as_json:
        session.json(answer)
        return
    from sop_engine.console.render_lists import render_documents

    session.show(render_documents(answer.documents, session.language, session.zone))


@command(document, "open")
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
    content, offset, name = b"", 0, document_id
    while True:
        question = ReadDocumentInput(document_id=document_id, kind="pdf" if pdf else "html", offset=offset)
        chunk = await gateway.read("read_document", question, DocumentChunk)
        content, name = content + chunk.content, Path(chunk.document.name).name
        if chunk.next_offset is None:
            break
        offset = chunk.next_offset
    path = output or session.settings.data_directory / "documents" / name
    write_file(path, content)
    session.line(str(path))
    if session.is_watched():
        typer.launch(str(path))
