"""Values that one case alone may have, on both databases: whoever is first has it, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from sop_engine.records.publishing import Publisher
from sop_engine.records.unique_values import UniqueValues
from tests.integration.published import published, step

pytest_plugins = ("tests.integration.databases",)

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_of_many_who_ask_at_once_each_value_has_one_winner(engine: Engine) -> None:
    values = UniqueValues(engine)
    asked = [(f"V-{number % 300}", f"CASE-{number}") for number in range(1_200)]
    with ThreadPoolExecutor(4) as pool:
        holders = list(pool.map(lambda one: values.take("Sop.voucher", one[0], one[1], AT), asked))
    winners = {value for (value, case_id), holder in zip(asked, holders, strict=True) if holder == case_id}
    assert len(winners) == 300
    assert sum(holder == case_id for (_, case_id), holder in zip(asked, holders, strict=True)) == 300
    told: dict[str, set[str]] = {}
    for (value, _), holder in zip(asked, holders, strict=True):
        told.setdefault(value, set()).add(holder)
    assert {len(each) for each in told.values()} == {1}, "all are told the same holder"


def test_a_value_is_one_however_it_is_spelled_and_asked_again_it_stays(engine: Engine) -> None:
    values = UniqueValues(engine)
    assert values.take("Sop.voucher", "TT-1", "A", AT) == "A"
    assert values.take("Sop.voucher", "tt 1", "B", AT) == "A"
    assert values.take("Sop.voucher", "TT-1", "A", AT) == "A"
    assert values.take("Other.voucher", "TT-1", "B", AT) == "B"
    assert values.take("Sop.voucher", "TT-1", "A.r2", AT) == "A.r2", "the case opened again goes on with it"


def test_a_value_that_is_given_up_is_anybodys(engine: Engine) -> None:
    values = UniqueValues(engine)
    values.take("Sop.voucher", "TT-1", "A", AT)
    values.give_up("Sop.voucher", "TT-1", "B")
    assert values.take("Sop.voucher", "TT-1", "B", AT) == "A", "nobody gives up what another has"
    values.give_up("Sop.voucher", "TT-1", "A")
    assert values.take("Sop.voucher", "TT-1", "B", AT) == "B"


def test_a_cancelled_case_has_its_values_no_longer_and_a_completed_one_keeps_them(engine: Engine) -> None:
    values, publisher = UniqueValues(engine), Publisher(engine)
    for case_id, status in (("A", "cancelled"), ("B", "completed")):
        values.take("Sop.voucher", f"V-{case_id}", case_id, AT)
        ended = {"case_id": case_id, "status": status, "closed_at": AT + timedelta(hours=1)}
        publisher.publish(published(AT + timedelta(hours=1), step(1, "closed"), case=ended))
    assert values.take("Sop.voucher", "V-A", "C", AT) == "A", "it was not cancelled yet when it was asked"
    assert values.take("Sop.voucher", "V-A", "C", AT + timedelta(hours=2)) == "C"
    assert values.take("Sop.voucher", "V-B", "C", AT + timedelta(hours=2)) == "B"
