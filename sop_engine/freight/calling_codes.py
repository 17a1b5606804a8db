"""Calling codes of countries (ITU-T E.164), and the nought that some countries dial before a number at home only."""

from typing import NamedTuple

_EUROPE = "31 32 33 40 41 43 44 46 49 90 353 355 358 359 373 374 380 381 382 383 385 386 387 389 421"
_ASIA = "60 61 62 63 64 66 81 82 84 86 91 92 93 94 95 98 855 856 880 886 961 962 963 964 966 967 971 972 976 977"
_ELSEWHERE = "20 27 51 53 54 55 58 212 213 218 233 234 251 254 255 256 260 263 264 265 591 593 595 598"
TRUNK_NOUGHT = frozenset(f"{_EUROPE} {_ASIA} {_ELSEWHERE}".split())
"""Where a nought is dialled at home, and no number from abroad begins with one."""
LEADING_NOUGHT = frozenset({"39", "225", "226", "229", "241", "242", "378", "379"})
"""Where a number may begin with a nought that is dialled from abroad, too, as in Italy."""
_TWO_DIGITS = frozenset(
    f"{first}{second}"
    for first, seconds in {
        "2": "07", "3": "0123469", "4": "013456789", "5": "12345678", "6": "0123456", "8": "1246", "9": "0123458",
    }.items()
    for second in seconds
)  # fmt: skip


class Called(NamedTuple):
    """A number as it is dialled from abroad: the country's code, and the number there."""

    code: str
    national: str


def from_abroad(digits: str, *, has_bracketed_nought: bool) -> Called:
    """Splits an international number, without the nought that is dialled at home only.

    `has_bracketed_nought` says that a nought stands in brackets where the national number begins.
    """
    length = 1 if digits[:1] in ("1", "7") else 2 if digits[:2] in _TWO_DIGITS else 3
    code, national = digits[:length], digits[length:]
    if has_bracketed_nought and code not in LEADING_NOUGHT:
        national = national.removeprefix("0")
    return Called(code, national.lstrip("0") if code in TRUNK_NOUGHT else national)
