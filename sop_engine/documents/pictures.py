"""The plot of a measure as a picture of its own, with the fonts of the papers."""

import json
from pathlib import Path
from typing import Any, Literal

from sop_engine.documents.papers import compiler

PictureForm = Literal["svg", "png"]
PIXELS_PER_INCH = 144.0


def draw(folder: Path, picture: dict[str, Any], form: PictureForm) -> bytes:
    """The same values give the same bytes. `_shared/picture.typ` of the folder of papers says what it reads."""
    page: Any = compiler(folder).compile(
        folder / "_shared" / "picture.typ",
        format=form,
        ppi=PIXELS_PER_INCH if form == "png" else None,
        sys_inputs={"picture": json.dumps(picture, ensure_ascii=False)},
    )
    assert isinstance(page, bytes)
    return page
