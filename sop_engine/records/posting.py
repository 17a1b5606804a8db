"""Posting rules: which accounts a business event debits and credits, as `sop_definitions/ledger.yaml` says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sop_engine.cases.contracts import Contract
from sop_engine.cases.faults import Fault, InvalidInput
from sop_engine.cases.fields import Title
from sop_engine.freight.money import Money

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
        amounts: dict[str, Money] = {}
        for name, is_optional in dict.fromkeys((line.amount, line.optional) for line in rule.lines):
            value = values.get(name)
            if value is None:
                if not is_optional:
                    faults.append(Fault(where=f"values.{name}", what="is missing", allowed="an amount"))
                continue
            try:
                amounts[name] = self._money(value)
            except (ValueError, ArithmeticError):
                reason = f"{value!r} is not an amount of zero or more in whole smallest units"
                faults.append(Fault(where=f"values.{name}", what=reason, allowed=f"such as {self.currency} 12.50"))
        business_key = values.get("business_key")
        if not isinstance(business_key, str) or not business_key:
            faults.append(Fault(where="values.business_key", what="is missing", allowed="what is posted, as text"))
        currencies = tuple(dict.fromkeys(money.currency for money in amounts.values()))
        if len(currencies) > 1:
            faults.append(Fault(where="values", what=f"mixes {', '.join(currencies)}", allowed="one currency"))
        if faults:
            raise InvalidInput(f"cannot post {entry}", faults)
        lines = tuple(
            PostedLine(
                account=line.account,
                title=self.accounts[line.account].model_dump(),
                side=line.side,
                amount=amounts[line.amount].amount,
            )
            for line in rule.lines
            if line.amount in amounts and amounts[line.amount].amount
        )
        debit, credit = (sum(line.amount for line in lines if line.side == side) for side in ("debit", "credit"))
        if debit != credit or not lines:
            named = ", ".join(f"{name} {money}" for name, money in amounts.items())
            raise UnbalancedError(
                f"cannot post {entry} of {business_key}",
                [
                    Fault(
                        where="values",
                        what=f"debits of {debit} against credits of {credit} ({named})",
                        allowed="equal ones above zero",
                    )
                ],
            )
        return Posting(entry=entry, business_key=str(business_key), currency=currencies[0], lines=lines)

    def _money(self, value: Any) -> Money:
        if isinstance(value, Mapping):
            amount, currency = Decimal(str(value.get("amount"))), str(value.get("currency") or self.currency)
            money = Money(amount=amount, currency=currency)
        elif isinstance(value, str) and value[:1].isalpha():
            money = Money.parse(value)
        else:
            money = Money(amount=Decimal(str(value)), currency=self.currency)
        if money.amount < 0:
            raise ValueError(f"{money} is negative")
        return money
