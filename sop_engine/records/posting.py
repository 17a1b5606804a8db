"""Posting rules: which accounts a business event debits and credits, as `sop_definitions/ledger.yaml` says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sop_engine.cases.contracts import Contract
from sop_engine.cases.faults import Fault, InvalidInput
from sop_engine.cases.fields import Title

Side = Literal["debit", "credit"]


class UnbalancedError(InvalidInput):
    """The amounts of an entry do not balance."""

    kind: ClassVar[str] = "Unbalanced"


class Line(BaseModel):
    """A line of a rule: the named amount goes to that side of the account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    account: str
    side: Side
    amount: str
    """The key of the value that holds the amount."""
    optional: bool = False
    """May be left out, and is nothing then."""


class Rule(BaseModel):
    """How one business event is posted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title
    lines: tuple[Line, ...] = Field(min_length=2)


class PostedLine(Contract):
    account: str
    title: dict[str, str]
    side: Side
    amount: Decimal


class Posting(Contract):
    """A balanced entry, ready to be kept."""

    entry: str
    business_key: str
    currency: str
    lines: tuple[PostedLine, ...]


class LedgerRules(BaseModel):
    """The chart of accounts and the posting rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """Of amounts that come without one."""
    accounts: dict[str, Title]
    entries: dict[str, Rule]

    @model_validator(mode="after")
    def _known_accounts(self) -> LedgerRules:
        unknown = [
            f"entries.{name}.lines.{index}: no account {line.account!r}"
            for name, rule in self.entries.items()
            for index, line in enumerate(rule.lines)
            if line.account not in self.accounts
        ]
        if unknown:
            raise ValueError("; ".join(unknown) + f"; allowed: {', '.join(self.accounts)}")
        return self

    def posting(self, entry: str, values: Mapping[str, Any]) -> Posting:
        """The balanced lines of an entry; lines of zero are left out.

        Raises InvalidInput with every fault of the values, UnbalancedError where debits and credits differ.
        """
        rule = self.entries.get(entry)
        if rule is None:
            raise InvalidInput(
                "cannot post", [Fault(where="entry", what=f"no rule {entry!r}", allowed=", ".join(self.entries))]
            )
        faults: list[Fault] = []
        amounts: dict[str, Decimal] = {}
        currencies: dict[str, None] = {}
        for line in rule.lines:
            if line.amount in amounts:
                continue
            value = values.get(line.amount)
            amounts[line.amount] = Decimal(0)
            if value is None:
                if not line.optional:
                    faults.append(Fault(where=f"values.{line.amount}", what="is missing", allowed="an amount"))
                continue
            amount, currency, fault = self._amount(value)
            if fault is not None:
                faults.append(Fault(where=f"values.{line.amount}", what=fault, allowed="an amount of zero or more"))
                continue
            amounts[line.amount] = amount
            currencies[currency] = None
        business_key = values.get("business_key")
        if not isinstance(business_key, str) or not business_key:
            faults.append(Fault(where="values.business_key", what="is missing", allowed="what is posted, as text"))
        if len(currencies) > 1:
            faults.append(
                Fault(where="values", what=f"mixes {', '.join(currencies)}", allowed="one currency per entry")
            )
        if faults:
            raise InvalidInput(f"cannot post {entry}", faults)
        lines = tuple(
            PostedLine(
                account=line.account,
                title=self.accounts[line.account].model_dump(),
                side=line.side,
                amount=amounts[line.amount],
            )
            for line in rule.lines
            if amounts[line.amount]
        )
        debit = sum((line.amount for line in lines if line.side == "debit"), Decimal(0))
        credit = sum((line.amount for line in lines if line.side == "credit"), Decimal(0))
        if debit != credit or not lines:
            named = ", ".join(f"{name} {amount}" for name, amount in amounts.items())
            what = f"debits {debit} and credits {credit}" if lines else "nothing to post"
            raise UnbalancedError(
                f"cannot post {entry} of {business_key}",
                [Fault(where="values", what=f"{what} ({named})", allowed="equal debits and credits above zero")],
            )
        return Posting(entry=entry, business_key=str(business_key), currency=next(iter(currencies)), lines=lines)

    def _amount(self, value: Any) -> tuple[Decimal, str, str | None]:
        written, currency = (
            (value.get("amount"), value.get("currency", self.currency))
            if isinstance(value, Mapping)
            else (value, self.currency)
        )
        try:
            amount = Decimal(str(written))
        except InvalidOperation:
            return Decimal(0), self.currency, f"{value!r} is not an amount"
        if not amount.is_finite() or amount < 0:
            return Decimal(0), self.currency, f"{amount} is not an amount"
        return amount, currency, None
