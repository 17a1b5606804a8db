"""What others wrote, made safe to show: every character that nobody would see is written out.

Escape sequences drive a terminal, carriage returns overwrite what stands there, marks of direction turn a line round,
what has no width hides in a name. They are shown as Python writes them, `\\x1b` and `\\u202e`, so that a reader sees
that something is there; letters of every script stay. What a case keeps is not changed: this is for the ways out.
"""

import re

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters but tab and line feed
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiner, fillers without a shape
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"  # no width, direction, lines of their own
    "\ud800-\udfff"  # halves of characters, which no file takes
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # tags; between them lie the variants of Chinese characters
    "]"
    "|\r(?!\n)"
)
_BLANKS = re.compile("[ \t\r\n]+")


def legible(text: str) -> str:
    """The text with unseen characters written out; line ends and tabs stay."""
    return text if text.isascii() and text.isprintable() else _UNSEEN.sub(_written_out, text)


def is_seen(text: str) -> bool:
    """Whether any of it would be seen: text without that looks as if nobody had filled it."""
    return bool(_UNSEEN.sub("", text).strip())


def legible_line(text: str, longest: int | None = None) -> str:
    """The same on one line: line ends, tabs and runs of blanks become one blank; cut to so many characters."""
    line = legible(_BLANKS.sub(" ", text).strip(" "))
    return line if longest is None or len(line) <= longest else f"{line[: longest - 1]}…"


def legible_json(text: str) -> str:
    """JSON text that says the same; unseen characters, which stand only inside its strings, as JSON's own escapes."""
    return _UNSEEN.sub(_json_escape, text)


def code(text: str, longest: int = 200) -> str:
    """Text of others inside Markdown: one line of code, in which nothing becomes a heading, a link or another line."""
    line = legible_line(text, longest) or " "
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    edge = " " if "`" in (line[0], line[-1]) else ""
    return f"{fence}{edge}{line}{edge}{fence}"


def _written_out(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _json_escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
