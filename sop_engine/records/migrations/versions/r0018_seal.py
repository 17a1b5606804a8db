"""The key that the records seal their marks with."""

from datetime import UTC, datetime
from secrets import token_bytes

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import UtcInstant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    keys = sa.table(
        "signing_keys", sa.column("name"), sa.column("secret", sa.LargeBinary()), sa.column("made_at", UtcInstant())
    )
    op.bulk_insert(keys, [{"name": "marks of the records", "secret": token_bytes(32), "made_at": datetime.now(UTC)}])
