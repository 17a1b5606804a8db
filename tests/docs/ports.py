"""Ports for what a page starts."""

from sop_engine.temporal.server import free_port


def free_ports(*wanted: str) -> dict[str, int]:
    """A free port for each, no two of them one."""
    found: dict[str, int] = {}
    for port in wanted:
        found[port] = next(one for one in iter(free_port, None) if one not in found.values())
    return found
