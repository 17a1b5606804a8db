"""${message}."""

import sqlalchemy as sa
from alembic import op

from sop_engine.records.columns import ExactDecimal, Names, UtcInstant

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
