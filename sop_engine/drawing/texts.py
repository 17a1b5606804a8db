"""How wide a text is and where it breaks. Widths are of a wide sans-serif font, so that those of any machine fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

FONT = 12.0
SMALL = 10.0
LEADING = 1.25
"""From line to line, in heights of the font."""

_NARROW, _WIDE_LETTERS = frozenset("iljtfrI.,:;'|!()[]/ "), frozenset("mwMWQOGD@%—…→≥")


def width(text: str, size: float = FONT) -> float:
    """In pixels, rather too much than too little."""
    return sum(_share(character) for character in text) * size


def height(lines: int, size: float = FONT) -> float:
    return lines * size * LEADING


def wrapped(text: str, most: float, size: float = FONT) -> tuple[str, ...]:
    """The text in lines no wider than `most`; a word that is wider itself is broken."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip(), size) > most:
            lines.append(line.rstrip())
            line = ""
        line += piece.lstrip() if not line else piece
        while width(line.rstrip(), size) > most:
            head = _fitting(line, most, size)
            lines.append(line[:head])
            line = line[head:]
    return tuple(each for each in (*lines, line.rstrip()) if each)


def _fitting(line: str, most: float, size: float) -> int:
    """How many characters fit; at least one, and better up to a mark than in the midst of a name."""
    count = 1
    while count < len(line) and width(line[: count + 1], size) <= most:
        count += 1
    at = max(line.rfind(mark, 0, count) for mark in "_.|(") + 1
    return at if at > count // 2 else count


def _pieces(text: str) -> Iterator[str]:
    """The parts between which a line may break: after spaces, and beside each Chinese character."""
    piece = ""
    for character in text:
        is_wide = _is_wide(character)
        if is_wide and character not in "，。、；：）」》？！" and piece:
            yield piece
            piece = ""
        piece += character
        if character == " " or is_wide:
            if is_wide and character in "（「《":
                continue
            yield piece
            piece = ""
    if piece:
        yield piece


def _share(character: str) -> float:
    """The width of a character in heights of its font."""
    if _is_wide(character) or character in _WIDE_LETTERS:
        return 1.0
    if character in _NARROW:
        return 0.42
    return 0.76 if character.isupper() else 0.64


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
