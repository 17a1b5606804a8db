"""Readings of streams, and the episodes found in them."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import UtcInstant

revision = "0012"
down_revision = "0011"

_BY_CODE_POINT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def _text(name: str, *, is_optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=is_optional)


def upgrade() -> None:
    op.create_table(
        "stream_readings",
        _text("stream_name"),
        _text("subject_key"),
        sa.Column("tie", _BY_CODE_POINT, nullable=False),
        _text("subject"),
        sa.Column("at", UtcInstant(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        _text("source"),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("taken_at", UtcInstant(), nullable=False),
        _text("taken_by"),
        sa.PrimaryKeyConstraint("stream_name", "subject_key", "tie", name=op.f("pk_stream_readings")),
    )
    op.create_index(
        op.f("ix_stream_readings_stream_name_subject_key_at"), "stream_readings", ["stream_name", "subject_key", "at"]
    )
    op.create_index(op.f("ix_stream_readings_stream_name_taken_at"), "stream_readings", ["stream_name", "taken_at"])
    op.create_table(
        "stream_commands",
        _text("key"),
        _text("stream_name"),
        _text("source"),
        _text("actor"),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("taken_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stream_commands")),
    )
    of_watch = ("case_id", "stream", "rule", "subject_key")
    op.create_table(
        "stream_watches",
        *map(_text, (*of_watch, "subject")),
        _text("when", is_optional=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("since", UtcInstant(), nullable=False),
        sa.Column("until", UtcInstant(), nullable=True),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("tell", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(*of_watch, name=op.f("pk_stream_watches")),
    )
    op.create_index(op.f("ix_stream_watches_stream_subject_key"), "stream_watches", ["stream", "subject_key"])
    op.create_table(
        "stream_judged",
        *map(_text, (*of_watch, "judged_by")),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*of_watch, name=op.f("pk_stream_judged")),
    )
    op.create_table(
        "stream_episodes",
        *map(_text, of_watch),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _text("subject"),
        sa.Column("begun_at", UtcInstant(), nullable=False),
        sa.Column("ended_at", UtcInstant(), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*of_watch, "number", name=op.f("pk_stream_episodes")),
    )
    op.create_table(
        "stream_news",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *map(_text, ("case_id", "id", "stream", "rule", "subject_key")),
        sa.Column("episode", sa.Integer(), nullable=False),
        *map(_text, ("word", "event")),
        sa.Column("data", sa.JSON(), nullable=False),
        _text("status"),
        sa.Column("found_at", UtcInstant(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_stream_news")),
    )
    op.create_index(op.f("ix_stream_news_status"), "stream_news", ["status"])
    op.create_index(op.f("ix_stream_news_case_id"), "stream_news", ["case_id"])
