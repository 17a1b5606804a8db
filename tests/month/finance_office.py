"""What the finance manager does besides the cases: holds customers before the month, closes the books after it.

Not through Temporal: there only a case has work done that writes.
"""

from datetime import date, datetime, time, timedelta

from temporalio.exceptions import ApplicationError

from sop_engine.console.playing import ZONE
from tests.integration.ledger_office import Office
from tests.month.parties import CUSTOMERS

LATE_RECEIPT = {
    "bank_ref": "BANK-IN-LATE",
    "customer": "Late payer",
    "amount": {"amount": "1.00", "currency": "CNY"},
}


def hold_customers(office: Office, at: datetime) -> None:
    """Puts the customers on hold who book only with an approval. Raises what is refused."""
    for customer in CUSTOMERS:
        if customer.is_on_hold:
            terms = {"customer": customer.name, "standing": "on_hold", "reason": "Paid late last year"}
            office.work("set_credit_terms", key=f"terms-{customer.number}", case="CREDIT", at=at, **terms)


def close_months(office: Office, first: date, last: date) -> list[str]:
    """Closes the months of both days on the first morning after them; tells what went wrong."""
    months = sorted({f"{day:%Y-%m}" for day in (first, last)})
    morning = datetime.combine((last.replace(day=1) + timedelta(days=32)).replace(day=1), time(9), ZONE)
    found = []
    for month in months:
        closed = _work(office, "close_month", morning, month=month, person="qian.li")
        found += [f"{month} is not closed: {closed}"] if closed else []
        late = {**LATE_RECEIPT, "month": month, "received_on": str(last)}
        if not _work(office, "record_receipt", morning, **late):
            found.append(f"{month} takes entries after it was closed")
    return found


def _work(office: Office, activity: str, at: datetime, **values: object) -> str:
    """Does a piece of work; why it was refused, nothing when it was done."""
    try:
        office.work(activity, key=f"{activity}-{values['month']}", case="MONTH-END", at=at, **values)
    except ApplicationError as error:
        return error.message
    return ""
