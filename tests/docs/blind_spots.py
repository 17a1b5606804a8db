"""The table of what lint does not find, for docs/sop-format.md."""

from tests.docs.computed_page import table
from tests.unit.content.seeded_faults.corpus import corpus


def blind_spots() -> str:
    """Every planted fault that lint does not find, and why."""
    faults = corpus()
    blind = [fault for fault in faults if fault.blind is not None]
    rows = ((fault.kind, f"`{fault.sop or fault.file}`: `{fault.at}`", fault.blind) for fault in blind)
    count = f"Of {len(faults)} planted faults lint finds {len(faults) - len(blind)}; these it does not:"
    return f"{count}\n\n{table(('Fault', 'Tried at', 'Not found, for'), rows)}"
