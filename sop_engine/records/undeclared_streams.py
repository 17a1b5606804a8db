"""Streams that open cases watch and that no file of the site declares any more: somebody has to hear of it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from sop_engine.records.cases import CaseRow
from sop_engine.records.streams import NewsRow, WatchRow

UNDECLARED = "undeclared"
"""The word of what a case is told then. Its owner hears of the event, for no procedure declares it."""


def undeclared_streams(session: Session, declared: Collection[str]) -> dict[str, list[str]]:
    """Stream -> the open cases that watch it."""
    chosen = select(WatchRow.stream, WatchRow.case_id).join(CaseRow, col(CaseRow.case_id) == col(WatchRow.case_id))
    chosen = chosen.where(col(CaseRow.closed_at).is_(None), col(WatchRow.stream).not_in(declared))
    found: dict[str, list[str]] = defaultdict(list)
    for stream, case_id in session.exec(chosen.distinct().order_by(WatchRow.stream, WatchRow.case_id)):
        found[stream].append(case_id)
    return dict(found)


def tell_cases(session: Session, stream: str, case_ids: Sequence[str], now: datetime) -> None:
    """Enters what they are to be told, each once."""
    known = session.exec(select(NewsRow.case_id).where(NewsRow.stream == stream, NewsRow.word == UNDECLARED))
    for case_id in sorted(set(case_ids) - set(known)):
        session.add(
            NewsRow(
                case_id=case_id,
                id=f"{stream}.{UNDECLARED}",
                stream=stream,
                rule="",
                subject_key="",
                episode=0,
                word=UNDECLARED,
                event=f"streams.{stream}.{UNDECLARED}",
                data={},
                status="waiting",
                found_at=now,
            )
        )
