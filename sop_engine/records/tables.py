"""The metadata of every table: importing a model is what adds it, so this module imports them all."""

from sop_engine.records import (
    cases,
    contents,
    definition_publications,
    definitions,
    documents,
    duties,
    file_uses,
    identity,
    notices,
    numbers,
    outbox,
    registers,
    retention,
    signing_keys,
    streams,
    unique_values,
)
from sop_engine.records.columns import Row
from sop_engine.records.ledger import (
    allocations,
    claims,
    costs,
    credit,
    entries,
    items,
    months,
    names,
    payments,
)
from sop_engine.records.ledger import registers as paper_registers

METADATA = Row.metadata
MODULES = (
    cases,
    contents,
    definition_publications,
    definitions,
    documents,
    duties,
    file_uses,
    identity,
    allocations,
    claims,
    costs,
    credit,
    entries,
    items,
    months,
    names,
    payments,
    paper_registers,
    notices,
    numbers,
    outbox,
    registers,
    streams,
    retention,
    signing_keys,
    unique_values,
)
