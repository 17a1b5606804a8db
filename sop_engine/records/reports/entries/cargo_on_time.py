"""The share of what is promised about cargo that was kept in time, per promise and month."""

from collections.abc import Iterator

from sop_engine.basis.models import Title
from sop_engine.records.reports.measure import MONTH, Dimension, Observed, measure
from sop_engine.records.reports.parameters import OfDays
from sop_engine.records.reports.promises import decided
from sop_engine.records.reports.report import Books, column

PROMISES = (
    ("GoodsPickup", "fetched"),
    ("GoodsPickup", "window"),
    ("DomesticDispatch", "on_time"),
    ("WarehouseStorage", "aged"),
    ("CargoTracking", "departure"),
    ("CargoTracking", "contacting"),
    ("CargoTracking", "arrival"),
    ("KeyAccountTracking", "report"),
    ("ShipmentException", "customer_told"),
    ("GoodsReturn", "origin_contacted"),
    ("ReturnReceipt", "recovered"),
)
"""Procedure and clock, in the order in which cargo comes to them (000 operations §4; 002-D13 3(1); 002-D15)."""
NAMES = tuple(f"{sop}.{clock}" for sop, clock in PROMISES)


def _kept(books: Books, asked: OfDays) -> Iterator[Observed]:
    for promise in decided(books, asked, None):
        if (promise.sop, promise.name) in PROMISES:
            yield Observed((f"{promise.sop}.{promise.name}", promise.month), promise.value)


REPORT = measure(
    name="cargo-on-time",
    title=Title(en="Cargo on time", zh="货物作业及时率"),
    tells=Title(
        en="Share in time of pick-ups, dispatches, storage, carriage, word of exceptions and returns, receipts",
        zh="提货、发货、仓储、运输、异常通知、退货联系与回单回收的及时率",
    ),
    asks=OfDays,
    by=(
        Dimension(column("promise", "Promise", "时限"), lambda found: [name for name in NAMES if name in found]),
        MONTH,
    ),
    figure=column("kept", "In time", "按时完成", "share"),
    unit=Title(en="% of promises", zh="占时限总数的百分比"),
    aggregate="share",
    observe=_kept,
)
