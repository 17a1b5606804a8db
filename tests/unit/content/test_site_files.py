"""A site's own files of content: a setting names one in place of the packaged one; one that is not there is told."""

from inspect import signature
from pathlib import Path

import pytest

from sop_engine.content.library import ContentError, content_root, load_library
from sop_engine.settings import CONTENT_FILES, read_settings
from tests.unit.console.terminal import sop

PACKAGED = {name: f"{name.removesuffix('_file')}.yaml" for name in CONTENT_FILES}


def test_every_file_that_the_content_takes_has_a_setting() -> None:
    assert set(signature(load_library).parameters) == {"root", *CONTENT_FILES}


@pytest.mark.parametrize("name", CONTENT_FILES)
def test_a_file_that_is_named_and_not_there_is_told_and_not_taken_for_an_empty_one(name: str, tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    settings = read_settings({f"SOP_{name.upper()}": str(own)})
    assert settings.content_files() == {each: own if each == name else None for each in CONTENT_FILES}
    with pytest.raises(ContentError) as told:
        load_library(**settings.content_files())
    assert [str(fault) for fault in told.value.faults] == ["mine.yaml:1:1: the file is missing"]


@pytest.mark.parametrize("name", CONTENT_FILES)
def test_a_named_file_stands_in_place_of_the_packaged_one(name: str, tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    packaged = content_root() / PACKAGED[name]
    own.write_text(packaged.read_text("utf-8") if packaged.exists() else "", "utf-8")
    assert load_library(**{name: own}).sops
    own.write_text("nobody: {knows: this}\n", "utf-8")
    with pytest.raises(ContentError, match=r"mine\.yaml:1:"):
        load_library(**{name: own})


def test_lint_looks_at_the_site_s_own_periods_of_retention(tmp_path: Path) -> None:
    own = tmp_path / "kept.yaml"
    text = (content_root() / "retention.yaml").read_text("utf-8")
    own.write_text(text.replace("approvers: [general_manager", "approvers: [archivist"), "utf-8")
    answer = sop(tmp_path, "definition", "lint", environ={"SOP_RETENTION_FILE": str(own)})
    assert (answer.exit_code, "kept.yaml:" in answer.output, "unknown role 'archivist'" in answer.output) == (
        2,
        True,
        True,
    )
