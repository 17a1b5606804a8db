"""Faults that say by a dotted path where they are, on their way to a line of a file."""

from dataclasses import replace

from sop_engine.basis.faults import Fault


def keys_of(where: str) -> tuple[str | int, ...]:
    """The path as a file has it: numbers are places in lists."""
    return tuple(int(key) if key.isdecimal() else key for key in where.split(".")) if where else ()


def sentence_of(fault: Fault) -> str:
    """What is wrong and what is allowed, without where."""
    return str(replace(fault, where=""))
