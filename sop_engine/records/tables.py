"""The metadata of every table: importing a model is what adds it, so this module imports them all."""

from sop_engine.records import (
    cases,
    definitions,
    documents,
    ledger_allocations,
    ledger_claims,
    ledger_costs,
    ledger_credit,
    ledger_entries,
    ledger_items,
    ledger_months,
    ledger_payments,
    ledger_registers,
    notices,
    numbers,
)
from sop_engine.records.columns import Row

METADATA = Row.metadata
MODULES = (
    cases,
    definitions,
    documents,
    ledger_allocations,
    ledger_claims,
    ledger_costs,
    ledger_credit,
    ledger_entries,
    ledger_items,
    ledger_months,
    ledger_payments,
    ledger_registers,
    notices,
    numbers,
)
