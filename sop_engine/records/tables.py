"""The metadata of every table: importing a model is what adds it, so this module imports them all."""

from sop_engine.records import cases, definitions, documents, ledger, notices, numbers
from sop_engine.records.columns import Row

METADATA = Row.metadata
MODULES = (cases, definitions, documents, ledger, notices, numbers)
