"""What the finance manager does besides the cases: holds customers before the month, closes the books after it."""

from datetime import date, datetime, time, timedelta

from sop_engine.cases.contracts.effects import WorkInput, WorkResult
from sop_engine.cases.faults import SopError
from sop_engine.console.playing import ZONE
from sop_engine.temporal.gateway import CaseGateway
from tests.month.parties import CUSTOMERS

LATE_RECEIPT = {
    "bank_ref": "BANK-IN-LATE",
    "customer": "Late payer",
    "amount": {"amount": "1.00", "currency": "CNY"},
}


async def hold_customers(gateway: CaseGateway, at: datetime) -> None:
    """Puts the customers on hold who book only with an approval. Raises what is refused."""
    for customer in CUSTOMERS:
        if customer.is_on_hold:
            terms = {"customer": customer.name, "standing": "on_hold", "reason": "Paid late last year"}
            given = WorkInput(key=f"terms-{customer.number}", case_id="CREDIT", sop="Credit", values=terms, at=at)
            await gateway.read("set_credit_terms", given, WorkResult)


async def close_months(gateway: CaseGateway, first: date, last: date) -> list[str]:
    """Closes the months of both days on the first morning after them; tells what went wrong."""
    months = sorted({f"{day:%Y-%m}" for day in (first, last)})
    morning = datetime.combine((last.replace(day=1) + timedelta(days=32)).replace(day=1), time(9), ZONE)
    found = []
    for month in months:
        closed = await _work(gateway, "close_month", morning, month=month, person="qian.li")
        found += [f"{month} is not closed: {closed}"] if closed else []
        late = {**LATE_RECEIPT, "month": month, "received_on": str(last)}
        if not await _work(gateway, "record_receipt", morning, **late):
            found.append(f"{month} takes entries after it was closed")
    return found


async def _work(gateway: CaseGateway, activity: str, at: datetime, **values: object) -> str:
    """Does a piece of work; why it was refused, nothing when it was done."""
    given = WorkInput(key=f"{activity}-{values['month']}", case_id="MONTH-END", sop="MonthEnd", values=values, at=at)
    try:
        await gateway.read(activity, given, WorkResult)
    except SopError as error:
        return error.text()
    return ""
