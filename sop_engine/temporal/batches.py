"""Rows of a file in messages that the server takes."""

from collections.abc import Iterator, Sequence

from sop_engine.basis.faults import InvalidInput
from sop_engine.cases.contracts.limits import MESSAGE_BYTES, RESERVE_BYTES, size_of, too_large
from sop_engine.cases.contracts.registers import GivenRow

MOST_BYTES = MESSAGE_BYTES - RESERVE_BYTES


def in_batches(rows: Sequence[GivenRow], most_rows: int, called: str) -> Iterator[tuple[GivenRow, ...]]:
    """The rows in their order, so many in a batch and so many bytes. Raises `InvalidInput` for one that fits into none,
    named by its place or as it is `called`.
    """
    batch: list[GivenRow] = []
    bytes_of_batch = 0
    for row in rows:
        size = size_of(row) + 1
        if size > MOST_BYTES:
            raise InvalidInput(too_large(row.place or called, size, MOST_BYTES))
        if batch and (bytes_of_batch + size > MOST_BYTES or len(batch) == most_rows):
            yield tuple(batch)
            batch, bytes_of_batch = [], 0
        batch.append(row)
        bytes_of_batch += size
    if batch:
        yield tuple(batch)
