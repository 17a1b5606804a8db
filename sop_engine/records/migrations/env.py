"""How Alembic runs a migration here: on the connection that `sop_engine.records.migration` hands over."""

from alembic import context

from sop_engine.records.migration import OPTIONS
from sop_engine.records.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, **OPTIONS)
with context.begin_transaction():
    context.run_migrations()
