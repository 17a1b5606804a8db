"""A corrected table of law reaches an open case on a server: its deadline is counted again, and it says by what."""

from dataclasses import replace
from pathlib import Path

from sop_engine.content.library import Library, load_library
from sop_engine.freight.legal_clocks import LegalClocks
from tests.unit.timekeeping.timekeeping_samples import china
from tests.workflows import paths
from tests.workflows.desk import Desk
from tests.workflows.harness import time_skipping_house
from tests.workflows.instants import on_the_minute

LATER = "a later Tariff Law Art. 43"


def amended(library: Library) -> LegalClocks:
    """The tables with ten days to pay tax from the declaration."""
    return LegalClocks(
        tuple(
            replace(clock, period="10 days", citation=LATER)
            if (clock.id, clock.starts) == ("T5", "declared")
            else clock
            for clock in library.legal_clocks.root
        )
    )


async def test_a_corrected_table_moves_an_open_deadline(tmp_path: Path) -> None:
    library = load_library()
    async with time_skipping_house(tmp_path, library=library) as house:
        await house.pass_until(china("2094-03-01 09:00"))
        desk = await Desk.open(house, "TaxPayment", "TAX-1", **paths.TAX_DATA, declared_on="2094-03-01")
        await paths.tax_notice(desk)
        await desk.task("awaiting_payment")
        # 15 days after 1 March: Tuesday the 16th, 24:00.
        before = await desk.clock("tax_deadline#1")
        # The worker reads the table again, as after a restart.
        object.__setattr__(library, "legal_clocks", amended(library))
        await house.handle("TAX-1").signal("case.reference_data")

        async def counted_again() -> bool:
            return (await desk.clock("tax_deadline#1")).due_at != before.due_at

        await house.until(counted_again, "the deadline by the corrected table")
        after = await desk.clock("tax_deadline#1")
        rules = {rule.parameter: (rule.value, rule.citation) for rule in (await desk.view()).rules}
        await house.pass_until(china("2094-03-12 09:00"))
        breached = (await desk.rungs("tax_deadline"))["breached"]
    assert on_the_minute(before.due_at) == "2094-03-17 00:00"
    # 10 days after 1 March: Thursday the 11th, 24:00.
    assert on_the_minute(after.due_at) == "2094-03-12 00:00"
    assert after.notes[-1] == f"until: rule T5 was corrected: {LATER}, in force from 2024-12-01 (system)"
    assert rules["pay_days"] == (10, LATER)
    assert on_the_minute(breached) == "2094-03-12 00:00"
