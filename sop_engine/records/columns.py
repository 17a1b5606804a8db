"""What every table shares: the metadata with its naming convention, and the column types that SQLite lacks."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, MetaData, Numeric, String, Table, Text
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel


class Row(SQLModel):
    """Base of every table. Constraints have names, so that a later migration can change them on SQLite too."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        }
    )

    @classmethod
    def table(cls) -> Table:
        """The Core table behind the model, for prebuilt statements."""
        table: Table = cls.__table__  # type: ignore[attr-defined]
        return table


class UtcInstant(TypeDecorator[datetime]):
    """An instant, aware in and aware UTC out. SQLite would drop the zone; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no zone; instants are aware")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal kept to the last digit as written: numeric on PostgreSQL, text on SQLite, whose numbers are floats."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(40) if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | str | None:
        if value is None or dialect.name != "sqlite":
            return value
        return format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Names(TypeDecorator[tuple[str, ...]]):
    """Names in order, one per line with a line break at both ends, so that any is found by `contains`."""

    impl = Text
    cache_ok = True

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        return Text() if isinstance(value, str) else self

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return "".join(f"\n{name}" for name in value) + "\n" if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(value.strip("\n").split("\n")) if value else ()
