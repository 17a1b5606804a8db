"""The levels of dunning by days past due. Ladder `collection` counts by them, and so does the credit gate.

Which letter goes out, and what it asks for, is the procedure's: it knows promises, disputes and money on its way.
"""

from pydantic import Field

from sop_engine.basis.models import Frozen


class DunningLevel(Frozen):
    """A letter of a kind, due as soon as the invoice is so many days past due."""

    level: int = Field(ge=1)
    days: int = Field(ge=1)
    """Past due; 1 on the day after the due day."""
    name: str
    stops_credit: bool = False
    """New bookings are blocked from this level on."""
