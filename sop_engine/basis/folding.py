"""One spelling of what is written in several: numbers of papers, plates, containers."""


def fold(value: str) -> str:
    """Letters and digits only, without case: `020-1234 5675` and `02012345675` are the same air waybill."""
    return "".join(character for character in value.casefold() if character.isalnum())
