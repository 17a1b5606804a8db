"""Calling codes of countries (ITU-T E.164), and where a national number begins with a nought that is dialled."""

TWO_DIGITS = frozenset(
    str(code)
    for code in (
        20,
        27,
        *range(30, 35),
        36,
        39,
        40,
        41,
        *range(43, 50),
        *range(51, 59),
        *range(60, 67),
        81,
        82,
        84,
        86,
        *range(90, 96),
        98,
    )
)
"""The calling codes of two digits."""
WITH_NOUGHT = frozenset({"39", "225", "241", "242", "378", "379"})
"""Italy and its neighbours, Ivory Coast, Gabon, Congo: anywhere else a nought in front is dialled at home only."""


def calling_code(digits: str) -> str:
    """The calling code with which an international number begins: one digit for zones 1 and 7, else two or three."""
    if digits[:1] in ("1", "7"):
        return digits[:1]
    return digits[:2] if digits[:2] in TWO_DIGITS else digits[:3]
