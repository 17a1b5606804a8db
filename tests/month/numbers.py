"""Numbers with the check digits that the forms ask for, made from a serial."""

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CONTAINER_VALUES = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))


def taxpayer_no(serial: int) -> str:
    """A unified social credit code of a company in Shanghai (GB 32100)."""
    code = f"91310115MA{serial:07}"
    weighed = sum(LETTERS.index(sign) * 3**place for place, sign in enumerate(code))
    return code + LETTERS[-weighed % 31]


def container_no(serial: int) -> str:
    """A container number (ISO 6346)."""
    number = f"HBFU{serial:06}"
    weighed = sum((CONTAINER_VALUES.get(sign) or int(sign)) * 2**place for place, sign in enumerate(number))
    return f"{number}{weighed % 11 % 10}"


def air_waybill_no(serial: int) -> str:
    """An air waybill number: the serial's remainder by 7 comes last."""
    return f"020-{serial:07}{serial % 7}"


def declaration_no(serial: int, year: int, *, is_import: bool) -> str:
    """A customs declaration number: area, year, direction, serial."""
    return f"2248{year}{1 if is_import else 0}{serial:09}"
