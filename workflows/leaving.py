"""When a run hands its case over to the next one, and that acts that come back to back do not keep it from doing so.

A run that is due waits until nothing is under way, so that the next one starts nothing twice. It does not wait long: a
machine that acts without a pause would keep it going until the server's limit. Once it has lost its patience it starts
nothing new; what it has left to do, and what the records may lack, goes along to the next run under the same keys.
A case that closes meanwhile has no next run: all of it is left to this one.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

from workflows.background import Background

DRAIN = timedelta(minutes=1)
"""How long a run that is to continue as new waits for activities before the next run starts them again."""

PATIENT_TURNS = 20
"""How many messages it takes meanwhile."""


class Leaving:
    """The end of a run that is to continue as new."""

    def __init__(self, background: Background) -> None:
        self.has_begun = False
        self.takes_along = False
        """Whether the run may hand over what it has not written or carried out. Cases of the first engine may not."""
        self._is_late = False
        self._stays = False
        self._turns = 0
        self._background = background

    def begin(self, *, takes_along: bool) -> None:
        """Starts to wait."""
        self.has_begun, self.takes_along = True, takes_along
        self._background.run(self._lose_patience())

    def count_turn(self, *, is_last: bool) -> None:
        """Counts a message that came although the run is due. One that closes the case lets the run stay.

        A run that may hand nothing over ends as it would have without that.
        """
        self._turns += self.has_begun
        if is_last and self.takes_along:
            self._stays, self.takes_along = True, False

    @property
    def is_impatient(self) -> bool:
        """Whether the run has waited long enough for activities."""
        return not self._stays and (self._is_late or (self.takes_along and self._turns >= PATIENT_TURNS))

    @property
    def is_hurried(self) -> bool:
        """Whether the run starts nothing new, and takes along what is not written."""
        return self.takes_along and self.is_impatient

    async def _lose_patience(self) -> None:
        await workflow.sleep(DRAIN, summary="Finishing what is under way 等待收尾")
        self._is_late = True
