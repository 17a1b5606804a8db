"""What a content is, by its own first bytes: what a file's name ends with is nobody's proof."""

import re
from collections.abc import Callable
from types import MappingProxyType

import filetype

HEAD_BYTES = 64 * 1024
"""As much as is looked at."""
UNKNOWN = "application/octet-stream"

_HTML = re.compile(rb"<(!doctype html|html|head|body)[\s>]", re.IGNORECASE)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_EMAIL = re.compile(rb"(?:(?:[A-Za-z][A-Za-z-]*): .*\r?\n(?:[ \t].*\r?\n)*){2,}")
_EMAIL_FIELD = re.compile(rb"^(from|received|message-id|mime-version|return-path): ", re.IGNORECASE | re.MULTILINE)
_PROGRAMS = MappingProxyType(
    {b"#!": "text/x-script", b"MZ": "application/vnd.microsoft.portable-executable", b"\x7fELF": "application/x-elf"}
)


def media_type_of(head: bytes) -> str:
    """The media type of a content that begins so; `application/octet-stream` for what nobody knows."""
    for magic, program in _PROGRAMS.items():
        if head.startswith(magic):
            return program
    found = filetype.guess(head)
    return str(found.mime) if found is not None else _text_type(head.removeprefix(b"\xef\xbb\xbf").lstrip())


def _text_type(head: bytes) -> str:
    if _EMAIL.match(head) and _EMAIL_FIELD.search(head):
        return "message/rfc822"
    if head.startswith(b"<"):
        if _HTML.search(head[:1_000]):
            return "text/html"
        if _SVG.search(head):
            return "image/svg+xml"
        if head.startswith(b"<?xml"):
            return "application/xml"
    return "text/plain" if head and _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    readers: tuple[Callable[[bytes], str], ...] = (_utf8, lambda text: text.decode("gb18030"))
    for read in readers:
        try:
            text = read(head)
        except UnicodeDecodeError:
            continue
        return all(sign.isprintable() or sign in "\t\r\n\f" for sign in text)
    return False


def _utf8(head: bytes) -> str:
    """As UTF-8; a sign that is cut at the end is no fault."""
    try:
        return head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            raise
        return head[: error.start].decode()
