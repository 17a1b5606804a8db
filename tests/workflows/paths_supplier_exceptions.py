"""What goes wrong with a supplier, and what the books say of it."""

from decimal import Decimal

from sop_engine.cases.contracts.reading import TrialBalanceInput
from sop_engine.records.ledger.book import LedgerRepository
from tests.integration.ledger_office import Office, cny
from tests.workflows.desk import Desk
from tests.workflows.harness import House

MISTAKE = {"reversed_on": "2093-11-23", "reversal_reason": "The credit note of the supplier"}


def worths(desk: Desk) -> dict[str, Decimal]:
    """Account -> what the case posted, in book currency; accounts that came to nought are left out."""
    kept = LedgerRepository(desk.house.engine).trial_balance(TrialBalanceInput(case_id=desk.case_id))
    sums: dict[str, Decimal] = {}
    for line in kept.accounts:
        sums[line.account] = sums.get(line.account, Decimal()) + (line.worth or Decimal())
    return {account: worth for account, worth in sums.items() if worth}


async def in_dollars(house: House, shipment: str) -> Desk:
    """The bills of a carrier with whom 2000 dollars of freight were agreed."""
    line = {"charge": "OF", "payee": shipment, "agreed": cny("2000", "USD"), "amount": cny("2000", "USD")}
    Office(house.engine).work("record_costs", key=f"{shipment}:costs", shipment=shipment, lines=[line])
    data = {"shipment": shipment, "supplier": shipment, "is_awaited": True}
    return await Desk.open(house, "SupplierSettlement", f"{shipment}.supplier-1", **data)
