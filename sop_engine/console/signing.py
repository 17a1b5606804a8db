"""`sop key` and `sop sign`: what a person proves their identity by, from files of this machine; no server is asked."""

import json
import shlex
from pathlib import Path
from secrets import token_bytes
from typing import Annotated, Any
from uuid import uuid4

import typer
from pydantic import BaseModel

from sop_engine.basis.faults import InvalidInput
from sop_engine.console.arguments import ActIdOption, FileOption, SetOption
from sop_engine.console.command import command, group
from sop_engine.console.context import Session
from sop_engine.console.inputs import contract, read_values
from sop_engine.console.key_files import read_key, write_key

key = group("key", "Your key, by which you prove that an act is yours.")


class PublicKey(BaseModel):
    """What `organization.yaml` says of a person under `keys`."""

    key: str


class SignedMessage(BaseModel):
    """An act or a start as another program sends it."""

    headers: dict[str, str]
    id: str
    """The update's id, or the workflow's."""
    body: dict[str, Any]
    command: str


@command(key, "make", reads=True, local=True)
def make(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key goes; a new file.")],
) -> None:
    """Make a key and print its public half, which `organization.yaml` takes."""
    from sop_engine.cases.people.signatures import PrivateKey

    made = PrivateKey.made_of(token_bytes(32))
    write_key(file, made)
    _show(session, made.public)
    session.say(f"{file} is yours alone; SOP_IDENTITY_KEY={file} has sop sign by it")


@command(key, "show", reads=True, local=True)
def show(
    session: Session,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The private key; SOP_IDENTITY_KEY when left out.")
    ] = None,
) -> None:
    """Print the public half of a key."""
    _show(session, read_key(file or _own_file(session)).public)


def _show(session: Session, public: str) -> None:
    if session.as_json:
        session.json(PublicKey(key=public))
    else:
        session.line(public)


def _own_file(session: Session) -> Path:
    if session.settings.identity_key is None:
        raise InvalidInput("No private key is named: set SOP_IDENTITY_KEY to its file")
    return session.settings.identity_key


def sign(
    session: Session,
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")],
    name: Annotated[str, typer.Argument(metavar="ACT", help="The act, such as complete_task; of a start the SOP.")],
    *,
    is_start: Annotated[bool, typer.Option("--start", help="Open the case; the values are its data.")] = False,
    assignments: SetOption = None,
    file: FileOption = None,
    act_id: ActIdOption = None,
) -> None:
    """Print an act, or a start, as the stock `temporal` command sends it, with the proof that it is yours."""
    values = read_values(assignments or (), file)
    signed = _start(session, case_id, name, values) if is_start else _act(session, case_id, name, values, act_id)
    if session.as_json:
        session.json(signed)
    else:
        session.line(signed.command)


def _act(session: Session, case_id: str, name: str, values: dict[str, Any], act_id: str | None) -> SignedMessage:
    from sop_engine.cases.casework import read_act

    identifier = act_id or str(uuid4())
    body = {"actor": session.actor(), **({"on_behalf_of": session.principal} if session.principal else {}), **values}
    read_act(name, body)
    words = ("update", "execute", "--workflow-id", case_id, "--name", name, "--update-id", identifier)
    return _signed(session, "act", case_id, name, body, words, identifier)


def _start(session: Session, case_id: str, sop: str, values: dict[str, Any]) -> SignedMessage:
    from sop_engine.cases.contracts.opening import OpenCaseInput

    body = {"actor": session.actor(), "data": values}
    contract(OpenCaseInput, **body)
    words = ("start", "--workflow-id", case_id, "--type", sop, "--task-queue", session.settings.task_queue)
    return _signed(session, "start", case_id, sop, body, words, "")


def _signed(
    session: Session, kind: Any, case_id: str, name: str, body: dict[str, Any], words: tuple[str, ...], identifier: str
) -> SignedMessage:
    from sop_engine.cases.people.statements import HEADER
    from sop_engine.temporal.client import namespace_of
    from sop_engine.temporal.messages_said import statement_of
    from sop_engine.temporal.seal import moment
    from sop_engine.temporal.signing import KeyHolder

    namespace = namespace_of(session.profile)
    statement = statement_of(kind, namespace, case_id, name, [body], id=identifier)
    assert statement is not None, "the body names who acts"
    proof = str(KeyHolder(read_key(_own_file(session))).proof(statement, int(moment().timestamp())))
    more = ("--headers", f'{HEADER}="{proof}"', "--input", json.dumps(body, ensure_ascii=False))
    return SignedMessage(
        headers={HEADER: proof},
        id=identifier or case_id,
        body=body,
        command=shlex.join(("temporal", "workflow", *words, "--namespace", namespace, *more)),
    )
