"""The column that names a stream is `stream` in every table."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for index in ("stream_name_subject_key_at", "stream_name_taken_at"):
        op.drop_index(op.f(f"ix_stream_readings_{index}"), "stream_readings")
    for table in ("stream_readings", "stream_commands"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN stream_name TO stream")
    op.create_index(
        op.f("ix_stream_readings_stream_subject_key_at"), "stream_readings", ["stream", "subject_key", "at"]
    )
    op.create_index(op.f("ix_stream_readings_stream_taken_at"), "stream_readings", ["stream", "taken_at"])
