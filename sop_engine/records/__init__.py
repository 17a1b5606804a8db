"""SQL tables, repositories, read-model queries and migrations. Every write is idempotent."""
