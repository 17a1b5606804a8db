"""Where the words of a finished PDF stand, and what is wrong: words over one another, over a line, off the page."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import takewhile
from operator import attrgetter
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

MILLIMETRE = 72 / 25.4
MARGIN_X, MARGIN_Y = 16 * MILLIMETRE, 14 * MILLIMETRE
"""Of the body of a page; head and foot stand in the margin above and below it."""
UNPRINTED = 4 * MILLIMETRE
"""The edge of a sheet that printers leave white."""
LINE = 4 * MILLIMETRE
"""Higher than one line of small letters, lower than two."""
HAND = 8 * MILLIMETRE
"""What a hand needs to sign."""


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
    """One page: its words in the order in which they were set, without the watermark, and its lines."""

    width: float
    height: float
    head: tuple[Words, ...]
    body: tuple[Words, ...]
    """What stands between the margins, or sticks out of them."""
    foot: tuple[Words, ...]
    upright: tuple[Box, ...]
    """Lines, from left to right."""
    level: tuple[Box, ...]
    """Lines, from below."""

    @property
    def text(self) -> str:
        """Of the body, without blanks."""
        return "".join(words.text for words in self.body)

    def faults(self) -> Iterator[str]:
        """Every place at which a reader would lose something."""
        for words in self.body:
            inside = words.box.left > MARGIN_X - 1 and words.box.right < self.width - MARGIN_X + 1
            if not (inside and words.box.bottom > MARGIN_Y - 3 and words.box.top < self.height - MARGIN_Y + 3):
                yield f"{words} is outside of the page's body"
            if not words.text:
                yield f"something at {words.box} stands on the same words"
            yield from (f"{words} is crossed by {line}" for line in self._lines_through(words.box))
        yield from self._margin_faults()
        by_height = sorted((*self.head, *self.body, *self.foot), key=lambda words: -words.box.top)
        for position, upper in enumerate(by_height):
            for lower in by_height[position + 1 :]:
                if lower.box.top <= upper.box.bottom:
                    break
                if upper.box.covers(lower.box, 0.7):
                    yield f"{lower} is over {upper}"

    def _lines_through(self, box: Box) -> Iterator[Box]:
        """The lines that go through it, and not only along its lower or upper edge."""
        first = bisect_left(self.upright, box.left - 2, key=attrgetter("left"))
        for line in takewhile(lambda line: line.left < box.right, self.upright[first:]):
            if box.covers(line, 0):
                yield line
        first = bisect_left(self.level, box.bottom + 1, key=attrgetter("bottom"))
        for line in takewhile(lambda line: line.top < box.top - 1, self.level[first:]):
            if min(box.right, line.right) - max(box.left, line.left) > 1:
                yield line

    def _margin_faults(self) -> Iterator[str]:
        for name, margin in (("head", self.head), ("foot", self.foot)):
            boxes = [words.box for words in margin]
            if boxes and max(box.top for box in boxes) - min(box.bottom for box in boxes) > LINE:
                yield f"the {name} has more than one line"
            for text, box in margin:
                if min(box.left, box.bottom, self.width - box.right, self.height - box.top) < UNPRINTED:
                    yield f"{text} is where printers do not print"


def sheets(content: bytes) -> list[Sheet]:
    """The pages of a PDF."""
    with pypdfium2.PdfDocument(content) as document:
        return [_sheet(page) for page in document]


def paging_faults(printed: list[Sheet]) -> Iterator[str]:
    """Every page without its number, every further one without a head."""
    for number, sheet in enumerate(printed, start=1):
        foot = "".join(words.text for words in sheet.foot)
        if f"Page{number}/{len(printed)}" not in foot:
            yield f"page {number} has the foot {foot!r}"
        if (number > 1) != bool(sheet.head):
            yield f"page {number} has the head {sheet.head}"


def signing_faults(printed: list[Sheet], parties: list[str]) -> Iterator[str]:
    """Every signature without room for a hand, apart from the others, or on a page that has nothing else."""
    signed = [sheet for sheet in printed if parties[0] in sheet.text]
    if not signed or not signed[-1].text.endswith("".join(parties)):
        yield f"{parties} stand apart, or nowhere"
        return
    first = next(words for words in reversed(signed[-1].body) if parties[0].startswith(words.text))
    above = [words.box for words in signed[-1].body if words.box.bottom > first.box.top + 1]
    if not above:
        yield f"{parties} stand alone"
    elif min(box.bottom for box in above) - first.box.top < HAND:
        yield f"{parties} have no room to sign"


def _sheet(page: pypdfium2.PdfPage) -> Sheet:
    width, height = page.get_size()
    head: list[Words] = []
    body: list[Words] = []
    foot: list[Words] = []
    lines: list[Box] = []
    texts = page.get_textpage()
    for found in page.get_objects(textpage=texts):
        box = Box(*found.get_bounds())
        if isinstance(found, pypdfium2.PdfTextObj):
            is_watermark, is_blank = found.get_matrix().b != 0, box.left == box.right
            if not is_watermark and not is_blank:
                words = Words(re.sub(r"[\s\u200b]", "", found.extract()), box)
                (head if box.bottom >= height - MARGIN_Y else foot if box.top <= MARGIN_Y else body).append(words)
        elif found.type == pdfium.FPDF_PAGEOBJ_PATH and min(box.right - box.left, box.top - box.bottom) < 2:
            lines.append(box)
    upright = sorted(line for line in lines if line.right - line.left < line.top - line.bottom)
    level = sorted((line for line in lines if line not in upright), key=attrgetter("bottom"))
    return Sheet(width, height, tuple(head), tuple(body), tuple(foot), tuple(upright), tuple(level))
