"""The shared parts of a whole library: found, pinned, used, and one name saying one thing."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sop_engine.cases.running.compiling import compile_procedure
from sop_engine.cases.written.procedure import Bundle
from sop_engine.content.library import ContentError, Library, content_root, load_library
from sop_engine.content.shared.words import check_parts

DAY = date(2026, 3, 2)
FIELDS, FRAGMENTS = "shared/fields.yaml", "shared/fragments.yaml"
COMPLAINT, BOOKING = "service/Complaint.yaml", "freight/Booking.yaml"


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(tmp_path_factory.mktemp("content")) / "sop_definitions"
    shutil.copytree(content_root(), root, ignore=shutil.ignore_patterns("*.csv", "*.typ", "__pycache__"))
    return root


class Changed:
    """Content with some texts in place of others, which are put back."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._kept: dict[Path, str] = {}

    def __call__(self, file: str, old: str, new: str) -> None:
        path = self._root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, text.count(old)
        self._kept.setdefault(path, text)
        path.write_text(text.replace(old, new), encoding="utf-8")

    def put_back(self) -> None:
        for path, text in self._kept.items():
            path.write_text(text, encoding="utf-8")

    def library(self) -> Library:
        return load_library(self._root)

    def found(self) -> list[str]:
        return [str(fault) for fault in check_parts(self.library())]


@pytest.fixture
def content(shipped: Path) -> Iterator[Changed]:
    changed = Changed(shipped)
    yield changed
    changed.put_back()


def test_the_shipped_procedures_say_one_thing_by_one_name_and_use_every_part() -> None:
    assert [str(fault) for fault in check_parts(load_library())] == []


def test_a_case_goes_on_with_the_parts_it_was_opened_with(content: Changed) -> None:
    """Its bundle holds them written out; the version that is published says that they changed."""
    opened = content.library()
    bundle = Bundle.model_validate_json(opened.bundle("CreditTerms", DAY).model_dump_json())
    content(FIELDS, "title: {en: Customer, zh: 客户名称}", "title: {en: Buyer, zh: 买方}")
    content(FRAGMENTS, "    says: {en: Approve, zh: 批准}", "    says: {en: Grant, zh: 授予}")
    changed = content.library()
    old, new = compile_procedure(bundle), compile_procedure(changed.bundle("CreditTerms", DAY))
    titles = [case.definition.data["customer_name"].title.en for case in (old, new)]
    words = [shape.task.outcomes["approved"].title.en for case in (old, new) if (shape := case.shapes["deciding"]).task]
    assert (titles, words) == (["Customer", "Buyer"], ["Approve", "Grant"])
    assert opened.sops["CreditTerms"].content_hash != changed.sops["CreditTerms"].content_hash
    assert "use" not in bundle.definition["data"]


def test_a_new_folder_of_procedures_is_found(content: Changed, shipped: Path) -> None:
    folder = shipped / "warehouse"
    folder.mkdir()
    text = (shipped / COMPLAINT).read_text(encoding="utf-8")
    (folder / "Damage.yaml").write_text(text.replace("sop: Complaint", "sop: Damage"), encoding="utf-8")
    (folder / "Notes.yaml").write_text("note: not a procedure\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"Notes.yaml:1:1: sop: Field required"):
        content.library()
    (folder / "Notes.yaml").unlink()
    assert "Damage" in content.library().sops
    shutil.rmtree(folder)


def test_a_site_without_shared_parts_is_read(content: Changed, shipped: Path) -> None:
    """What its procedures use is then unknown."""
    kept = shipped / "shared"
    kept.rename(shipped / "elsewhere.kept")
    with pytest.raises(ContentError, match=r"data.use.0: unknown group or field 'customer'"):
        content.library()
    (shipped / "elsewhere.kept").rename(kept)


def test_a_part_that_nobody_uses_is_told(content: Changed) -> None:
    content(
        FIELDS,
        "\nwhat_people_note:\n",
        "\nwhat_people_note:\n  nickname: {type: text, title: {en: Nickname, zh: 昵称}}\n",
    )
    content("shared/types.yaml", "\naddressee:\n", "\nspare: {type: text}\n\naddressee:\n")
    content(
        FRAGMENTS, "\nreview:\n", "\nspare:\n  title: {en: S, zh: S}\n  states: {<state>: {stage: true}}\n\nreview:\n"
    )
    assert sorted(fault.split(": ", 1)[1].removeprefix("what_people_note.nickname: ") for fault in content.found()) == [
        "no procedure uses the field",
        "spare: no procedure uses the fragment",
        "spare: no procedure uses the type",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            COMPLAINT,
            'evidence: {differs: "of what is complained about, not of a commodity code", type',
            "evidence: {type",
            "data.evidence: says something else than in CustomsDeclaration.yaml:",
        ),
        (
            BOOKING,
            "\ndata:\n",
            "\ndata:\n  weather: {differs: why not, type: text, title: {en: Weather, zh: 天气}}\n",
            "data.weather: `differs` gives a reason, and nothing differs from Booking.yaml:",
        ),
        (
            BOOKING,
            "\ndata:\n",
            "\ndata:\n  yard: {type: text, title: {en: Yard, zh: 堆场}}\n",
            "data.yard: stands word for word in CustomsRelease.yaml:",
        ),
        (
            BOOKING,
            "\ndata:\n",
            "\ndata:\n  signer: {type: text, personal: true, title: {en: Signed by, zh: 签收人}}\n",
            "data.signer: stands word for word in fields.yaml:",
        ),
        (
            "customs/TaxAdjustment.yaml",
            "  declaration_no: {required: true}\n",
            "  declaration_no: {required: true, title: {en: Number, zh: 编号}}\n",
            "data.declaration_no: says something else than in fields.yaml:",
        ),
    ],
)
def test_a_name_that_says_two_things_is_told(content: Changed, file: str, old: str, new: str, told: str) -> None:
    content(file, old, new)
    (fault,) = content.found()
    assert fault.startswith(file.partition("/")[2])
    assert told in fault
