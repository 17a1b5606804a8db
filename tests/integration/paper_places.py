"""Where the words of a finished PDF stand, and what is wrong: words over one another, over a line, off the page."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

MILLIMETRE = 72 / 25.4
MARGIN_X, MARGIN_Y = 16 * MILLIMETRE, 14 * MILLIMETRE
"""Of the body of a page; head and foot stand in the margin above and below it."""
UNPRINTED = 4 * MILLIMETRE
"""The edge of a sheet that printers leave white."""


class Box(NamedTuple):
    """A rectangle on a page in points, from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def covers(self, other: "Box", slack: float = 0.5) -> bool:
        """Whether they share more than an edge."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return width > slack and height > slack


class Words(NamedTuple):
    """Words in a line, as they were set in one go; and their box."""

    text: str
    box: Box


class Sheet(NamedTuple):
    """One page: its words in the order in which they were set, without the watermark, and its upright lines."""

    width: float
    height: float
    words: tuple[Words, ...]
    rules: tuple[Box, ...]

    @property
    def body(self) -> list[Words]:
        """What stands between the margins, or sticks out of them."""
        return [words for words in self.words if words not in self.head and words not in self.foot]

    @property
    def head(self) -> list[Words]:
        return [words for words in self.words if words.box.bottom >= self.height - MARGIN_Y]

    @property
    def foot(self) -> list[Words]:
        return [words for words in self.words if words.box.top <= MARGIN_Y]

    @property
    def text(self) -> str:
        """Of the body, without blanks."""
        return "".join(words.text for words in self.body)

    def faults(self) -> Iterator[str]:
        """Every place at which a reader would lose something."""
        body = self.body
        for words in body:
            inside = words.box.left > MARGIN_X - 1 and words.box.right < self.width - MARGIN_X + 1
            if not (inside and words.box.bottom > MARGIN_Y - 3 and words.box.top < self.height - MARGIN_Y + 3):
                yield f"{words} is outside of the page's body"
            if not words.text:
                yield f"something at {words.box} stands on the same words"
            yield from (f"{words} is over a line at {line}" for line in self.rules if words.box.covers(line, 0))
        for words in (*self.head, *self.foot):
            if (
                min(words.box.left, words.box.bottom, self.width - words.box.right, self.height - words.box.top)
                < UNPRINTED
            ):
                yield f"{words} is where printers do not print"
        by_height = sorted(self.words, key=lambda words: -words.box.top)
        for position, upper in enumerate(by_height):
            for lower in by_height[position + 1 :]:
                if lower.box.top <= upper.box.bottom:
                    break
                if upper.box.covers(lower.box, 0.7):
                    yield f"{lower} is over {upper}"


def sheets(content: bytes) -> list[Sheet]:
    """The pages of a PDF."""
    with pypdfium2.PdfDocument(content) as document:
        return [_sheet(page) for page in document]


def _sheet(page: pypdfium2.PdfPage) -> Sheet:
    words, rules = [], []
    texts = page.get_textpage()
    for found in page.get_objects(textpage=texts):
        box = Box(*found.get_bounds())
        if isinstance(found, pypdfium2.PdfTextObj):
            is_watermark, is_blank = found.get_matrix().b != 0, box.left == box.right
            if not is_watermark and not is_blank:
                words.append(Words(re.sub(r"[\s\u200b]", "", found.extract()), box))
        elif found.type == pdfium.FPDF_PAGEOBJ_PATH and box.right - box.left < 2 < box.top - box.bottom:
            rules.append(box)
    width, height = page.get_size()
    return Sheet(width, height, tuple(words), tuple(rules))
