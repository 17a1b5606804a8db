"""Files of a case: only what is kept is taken, versions are counted, rules see attachments, and receipts are proven."""

from datetime import timedelta
from typing import Any

import pytest

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases import casework
from sop_engine.cases.contracts.acts import AttachInput, CompleteTaskInput
from sop_engine.cases.contracts.signals import BroughtEvent, EventSignal
from sop_engine.cases.lint.findings import Surroundings
from sop_engine.cases.lint.linting import lint
from sop_engine.cases.running.effects.kinds import EFFECTS
from sop_engine.cases.running.files import attach
from sop_engine.cases.running.turn import Turn
from sop_engine.cases.seen.views import task_view
from sop_engine.cases.told.file_checks import unkept, unkept_of_event
from sop_engine.cases.written.engine_version import HARDENED, KEEPS_FILES
from sop_engine.cases.written.file_facts import Receipts, is_accepted, name_fault, read_size
from sop_engine.cases.written.file_samples import sample_file, samples_for
from sop_engine.cases.written.procedure import DefinitionError
from tests.unit.cases.casework_samples import MONDAY, OFFICE, Played, ladders, organization, procedure

RECEIPTS = Receipts(b"k" * 32)
SOP = """
data:
  approved: {type: file, accept: [application/pdf], max_size: 1 MB}
  signed: {type: file, accept: [application/pdf]}
  papers: {type: list, fields: {no: {type: text, title: {en: No, zh: 号}}, file: {type: file, title: {en: F, zh: 件}}}}
events:
  scan.came: {data: {signed: {type: file}}}
initial: work
states:
  work:
    task:
      role: clerk
      form: [approved, signed, papers]
      attachments: {photo: {title: {en: Photo, zh: 照片}, at_least: 2, accept: [image/jpeg]}}
      checks:
        same: {rule: "signed is none or same_content(signed, approved)"}
        legs: {rule: "files('photo') | length >= 2"}
    on: {work.done: work, work.end: end, scan.came: {}}
  end: {final: true}
"""
PHOTOS = samples_for(("image/jpeg",), 2)


def case(version: int = KEEPS_FILES) -> Played:
    text = SOP.replace("checks:", "outcomes: [done, end]\n      checks:").replace("scan.came: {}", "scan.came: work")
    return Played(text, bundle_changes={"engine_version": version})


def signed(file: dict[str, Any], age: timedelta = timedelta()) -> dict[str, Any]:
    return {**file, "receipt": RECEIPTS.sign(file["sha256"], file["size"], file["type"], MONDAY - age)}


def completion(photos: list[Any] | None = None, **data: Any) -> CompleteTaskInput:
    attached = {"photo": [signed(photo) for photo in PHOTOS] if photos is None else photos}
    return CompleteTaskInput(actor="ann", outcome="done", data=data, attachments=attached)


def take(played: Played, act: Any) -> Turn:
    """As a worker takes it: checked with the receipts' key, then performed."""
    casework.check(played.procedure, played.state, act.update, act, organization(), MONDAY, None, RECEIPTS)
    turn, _ = casework.perform(played.procedure, played.state, act.update, act, MONDAY)
    played.state = turn.state
    return turn


def refused(played: Played, act: Any) -> list[str]:
    with pytest.raises(InvalidInput) as found:
        take(played, act)
    return [str(fault) for fault in found.value.faults]


def test_a_file_is_held_with_its_versions_and_without_its_receipt() -> None:
    played = case()
    turn = take(played, completion(approved=signed(sample_file("a.pdf"))))
    take(
        played,
        completion(approved=signed(sample_file("b.pdf")), papers=[{"no": "1", "file": signed(sample_file("p.pdf"))}]),
    )
    held = [(file.kind, file.name, file.version, file.by) for file in played.state.files]
    assert held == [
        ("photo", "file-1.jpg", 1, "ann"),
        ("photo", "file-2.jpg", 1, "ann"),
        ("approved", "a.pdf", 1, "ann"),
        ("approved", "b.pdf", 2, "ann"),
        ("papers.file", "p.pdf", 1, "ann"),
    ]
    assert "receipt" not in turn.steps[0].model_dump_json() + played.state.model_dump_json()
    assert played.state.snapshot.data["approved"] == sample_file("b.pdf")


def test_what_the_case_holds_already_needs_no_new_receipt() -> None:
    played = case()
    take(played, completion(approved=signed(sample_file("a.pdf"))))
    take(played, completion(PHOTOS, signed=sample_file("a.pdf")))


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("a.pdf", "is only named, its content is not kept"),
        (sample_file("a.pdf"), "is only named, its content is not kept"),
        ({**signed(sample_file("a.pdf")), "size": 1}, "does not fit its receipt"),
        ({**signed(sample_file("a.pdf")), "sha256": "0" * 64}, "does not fit its receipt"),
        ({**sample_file("a.pdf"), "receipt": "2026-03-02T01:00:00+00:00|00"}, "does not fit its receipt"),
        ({**sample_file("a.pdf"), "receipt": "é" * 3}, "does not fit its receipt"),
        (signed(sample_file("a.pdf"), timedelta(hours=25)), "has a receipt that is too old"),
    ],
)
def test_a_file_that_is_not_proven_to_be_kept_is_refused(file: Any, why: str) -> None:
    assert why in refused(case(), completion(approved=file))[0]


def test_an_attachment_that_is_not_proven_to_be_kept_is_refused() -> None:
    assert "photo.0: x.jpg is only named" in refused(case(), completion(["x.jpg", signed(PHOTOS[0])]))[0]
    assert "photo.1: file-2.jpg is only named" in refused(case(), completion([signed(PHOTOS[0]), PHOTOS[1]]))[0]


def test_a_renamed_program_is_refused_where_the_field_says_what_it_accepts() -> None:
    program = {**sample_file("x.pdf"), "type": "application/vnd.microsoft.portable-executable"}
    said = refused(case(), completion(approved=signed(program)))
    assert said == [
        "approved: x.pdf holds application/vnd.microsoft.portable-executable, whatever its name says "
        "(allowed: application/pdf)"
    ]
    large = {**sample_file("x.pdf"), "size": 1_000_001}
    assert refused(case(), completion(approved=signed(large))) == [
        "approved: x.pdf has 1,000,001 bytes (allowed: up to 1,000,000)"
    ]


def test_a_task_counts_different_files() -> None:
    same = {**PHOTOS[0], "name": "another.jpg"}
    assert refused(case(), completion([signed(PHOTOS[0]), signed(same)])) == [
        "photo: is not attached (allowed: Photo 照片 (1 of 2))"
    ]
    pdf = refused(case(), completion([signed(sample_file("a.pdf")), signed(PHOTOS[0])]))
    assert pdf == ["photo: a.pdf holds application/pdf, whatever its name says (allowed: image/jpeg)"]


def test_rules_compare_contents_and_count_attachments() -> None:
    played = case()
    take(played, completion(approved=signed(sample_file("a.pdf"))))
    assert refused(played, completion(signed=signed(sample_file("b.pdf")))) == ["same: same same"]
    copy = {**sample_file("a.pdf"), "name": "signed.pdf"}
    take(played, completion(signed=signed(copy)))
    assert [file["name"] for file in played.state.snapshot.data["_files"]["photo"]] == ["file-1.jpg", "file-2.jpg"]


def test_a_machine_names_no_file_by_a_bare_signal() -> None:
    played = case()
    turn = casework.hear(
        played.procedure, played.state, MONDAY, EventSignal(name="scan.came", data={"signed": sample_file("s.pdf")})
    )
    assert turn is not None
    assert [step.kind for step in turn.steps] == ["event_refused"]
    assert "a file comes with `sop receive`" in str(turn.steps[0].note)
    assert turn.data["signed"] is None


def test_a_machine_brings_a_file_whose_receipt_was_judged() -> None:
    played = case()
    event = BroughtEvent(name="scan.came", data={"signed": signed(sample_file("s.pdf"))}, id="scanner-1")
    assert unkept(unkept_of_event(played.procedure, played.state, event), RECEIPTS, MONDAY) == []
    turn = casework.hear(played.procedure, played.state, MONDAY, event)
    assert turn is not None
    assert [(file.kind, file.name, file.by) for file in turn.state.files] == [("signed", "s.pdf", "machine")]
    assert "receipt" not in turn.state.model_dump_json() + turn.steps[0].model_dump_json()
    assert casework.hear(played.procedure, turn.state, MONDAY, event) is None, "told once"
    forged = event.model_copy(update={"data": {"signed": {**event.data["signed"], "size": 1}}})
    assert unkept(unkept_of_event(played.procedure, played.state, forged), RECEIPTS, MONDAY) != []


def test_versions_of_a_field_and_of_attachments_that_are_called_like_it_stay_apart() -> None:
    played = case()
    for kind, name in (("photo", "b"), ("photo", "c"), ("approved", "c"), ("photo", "c")):
        turn = Turn(played.procedure, played.state, MONDAY)
        content = sample_file(f"{kind}-{name}-{len(played.state.files)}.jpg")
        attach(turn, {"approved" if kind == "photo" else kind: {**content, "name": name}}, "ann")
        played.state = turn.state
    keys = [(file.kind, file.name, file.version) for file in played.state.files]
    assert len(set(keys)) == len(keys)


def test_a_task_tells_what_it_asks_of_files() -> None:
    played = case()
    (task,) = played.state.open_tasks()
    assert task_view(played.procedure, played.state, task).asks["photo"].told() == "2 × image/jpeg"


def test_lint_names_what_is_wrong_with_files_in_rules() -> None:
    text = SOP.replace("scan.came: {}", "scan.came: work")
    around = Surroundings(ladders=ladders(), calendars=(OFFICE,), effects=EFFECTS, sops={})
    for right, wrong, said in (
        ("files('photo')", "files('phto')", "did you mean photo?"),
        ("files('photo')", "files(signed)", "files takes a kind of attachment in quotes"),
        ("same_content(signed, approved)", "same_content(signed, papers)", "papers is list of record, expected record"),
    ):
        found = lint(procedure(text.replace(right, wrong), engine_version=KEEPS_FILES), around)
        assert any(said in finding.message for finding in found), wrong
    for right, wrong, said in (
        ("accept: [image/jpeg]", "accept: [jpeg]", "'jpeg' is no media type"),
        ("max_size: 1 MB", "max_size: big", "'big' is no size"),
        ("at_least: 2", "at_least: -1", "greater than or equal to 0"),
    ):
        with pytest.raises(DefinitionError, match=said):
            procedure(text.replace(right, wrong))


def test_a_case_of_an_earlier_engine_takes_names_as_it_did_and_holds_what_came_with_a_receipt() -> None:
    played = case(HARDENED)
    take(played, completion(["x.jpg", "y.jpg"], approved="a.pdf"))
    assert (played.state.files, played.state.snapshot.data["approved"]) == ((), {"name": "a.pdf"})
    take(played, completion(["x.jpg", "y.jpg"], signed=None, approved=signed(sample_file("a.pdf"))))
    assert [file.name for file in played.state.files] == ["a.pdf"]
    forged = {**signed(sample_file("a.pdf")), "size": 1}
    assert "does not fit its receipt" in refused(played, completion(["x.jpg", "y.jpg"], signed=forged))[0]


def test_a_file_is_attached_to_a_case_by_a_kind_that_its_tasks_know() -> None:
    played = case()
    for kind in (None, "photo"):
        file = signed(PHOTOS[0])
        take(played, AttachInput(actor="ann", kind=kind, **file))
    assert [file.kind for file in played.state.files] == ["file", "photo"]
    assert "no 'fhoto'" in refused(played, AttachInput(actor="ann", kind="fhoto", **signed(PHOTOS[0])))[0]


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../x",
            "a/b",
            "a\\b",
            "c:x",
            "a*",
            "a?",
            'a"',
            "a<b",
            "a|b",
            "a\nb",
            "a\u202eb",
            "CON",
            "com1.txt",
            "nul.pdf",
        ),
        *("a.", "a ", " a", "", ".", "..", "x" * 201, "号" * 67, "e\u0301.pdf", 7),
    ],
)
def test_a_name_that_no_system_may_save_is_refused(name: object) -> None:
    assert name_fault(name)


@pytest.mark.parametrize("name", ["发票 1.pdf", "bl.pdf", ".profile", "content.tar.gz", "é.pdf", "console.txt"])
def test_other_names_are_taken(name: str) -> None:
    assert name_fault(name) is None


def test_sizes_and_media_types_are_read_strictly() -> None:
    assert (read_size("20 MB"), read_size("1kB"), read_size("7 bytes")) == (20_000_000, 1_000, 7)
    for wrong in ("20", "MB", "20 mb", "-1 MB", "1.5 MB"):
        with pytest.raises(ValueError, match="no size"):
            read_size(wrong)
    assert is_accepted("image/png", ("image/*",))
    assert not is_accepted("imagex/png", ("image/*",))
