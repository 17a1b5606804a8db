"""Who a step of the journal is by: a person of the organisation, another case, or a machine."""

SYSTEM = "system"
"""The engine itself: what falls due, what an activity reports."""

MACHINE = "machine"
"""Another system, whatever name it gives itself: it has a connection, and nothing proves more."""


def case_actor(case_id: str) -> str:
    """Another case."""
    return f"case {case_id}"
