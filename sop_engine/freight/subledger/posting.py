"""Posting rules: which accounts a business event debits and credits, as `sop_definitions/ledger.yaml` says.

An entry on a control account (receivables, payables, cash on delivery) also opens an item of one party. What the item
says of itself is read from the values of the posting, else from the case's own data, under the names of the rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field, TypeAdapter, model_validator

from sop_engine.basis.faults import Fault, InvalidInput
from sop_engine.basis.models import Frozen, Title
from sop_engine.freight.exchange_rates import ExchangeRates
from sop_engine.freight.money import Currency, Money
from sop_engine.freight.party_keys import party_key
from sop_engine.freight.rules import RuleError
from sop_engine.freight.subledger.exchange import Side
from sop_engine.freight.subledger.papers import Month, Rate
from sop_engine.freight.subledger.policy import SubledgerPolicy
from sop_engine.freight.subledger.posting_item import ItemRule, OpeningItem, read_item, read_value, text_of

_MONTH: TypeAdapter[str] = TypeAdapter(Month)
_RATE: TypeAdapter[Decimal] = TypeAdapter(Rate)


class UnbalancedError(InvalidInput):
    """The amounts of an entry do not balance."""

    kind: ClassVar[str] = "Unbalanced"


class Line(Frozen):
    """A line of a rule: the named amount goes to that side of the account."""

    account: str
    side: Side
    amount: str
    """The key of the value that holds the amount."""
    optional: bool = False
    """May be left out, and is nothing then."""


class Rule(Frozen):
    """How one business event is posted."""

    title: Title
    lines: tuple[Line, ...] = Field(min_length=2)
    item: ItemRule | None = None
    register_as: Literal["invoice", "bill", "cod"] | None = Field(default=None, alias="register")
    """The register in which the paper is entered too."""
    rate: Literal["day", "settled"] = "day"
    """Where its rate comes from when none is said: the table for its day, or the paper that it settles."""


class PostedLine(Frozen):
    account: str
    title: dict[str, str]
    side: Side
    amount: Decimal


class ExchangeAccounts(Frozen):
    """Between which accounts a realised difference is posted, with their titles."""

    control: str
    control_title: dict[str, str]
    difference: str
    difference_title: dict[str, str]
    charges: Side
    """The side on which a charge opens its item; money and credit open theirs on the other."""


class Posting(Frozen):
    """A balanced entry, ready to be kept."""

    entry: str
    business_key: str
    currency: str
    lines: tuple[PostedLine, ...]
    item: OpeningItem | None = None
    register_as: Literal["invoice", "bill", "cod"] | None = None
    month: str | None = None
    """The accounting month asked for."""
    shipment: str | None = None
    book_currency: str
    rate: Decimal | None = None
    """Book currency for one unit of the entry's currency; none where it is that of the paper it settles."""
    exchange: ExchangeAccounts | None = None
    """Where differences go that its item realises; none without an item."""
    values: dict[str, Any] = Field(default_factory=dict)
    """Everything that was known of the paper."""

    @property
    def entry_id(self) -> str:
        """By which the books know the entry where it is new: one for each business key of a rule."""
        return entry_id_of(self.entry, self.business_key)

    @property
    def match_key(self) -> str:
        """What tells its business key from others: a number that others know, too, is spelled in many ways."""
        return party_key(self.business_key) if self.item is not None else self.business_key


def entry_id_of(entry: str, business_key: str) -> str:
    return f"{entry}.{business_key}"


class UsedAccounts(Frozen):
    """The accounts that the sub-ledger and its reports ask for by their use."""

    receivable: str
    payable: str
    cash_on_delivery: str
    revenue: str
    cost: str
    disbursement: str
    exchange: str


class LedgerRules(Frozen):
    """The chart of accounts and the posting rules."""

    currency: Currency
    """Of amounts that come without one."""
    accounts: dict[str, Title]
    controls: tuple[str, ...] = ()
    """Accounts whose balance is that of the open items below them."""
    uses: UsedAccounts
    entries: dict[str, Rule]
    policy: SubledgerPolicy
    rates: ExchangeRates = ExchangeRates(())
    """The firm's table, from a file of its own: the rate of a paper that comes without one."""

    @model_validator(mode="after")
    def _known_accounts(self) -> LedgerRules:
        unknown = [
            f"entries.{name}.lines.{index}: no account {line.account!r}"
            for name, rule in self.entries.items()
            for index, line in enumerate(rule.lines)
            if line.account not in self.accounts
        ]
        used = self.uses.model_dump()
        unknown += [f"uses.{use}: no account {used[use]!r}" for use in used if used[use] not in self.accounts]
        unknown += [f"controls: no account {account!r}" for account in self.controls if account not in self.accounts]
        if unknown:
            raise ValueError("; ".join(unknown) + f"; allowed: {', '.join(self.accounts)}")
        return self

    @model_validator(mode="after")
    def _items_opened(self) -> LedgerRules:
        faults = []
        for name, rule in self.entries.items():
            controlled = tuple(dict.fromkeys(line.account for line in rule.lines if line.account in self.controls))
            if controlled != ((rule.item.account,) if rule.item is not None else ()):
                named = ", ".join(controlled) or "no control account"
                faults.append(f"entries.{name}.item: the lines touch {named}, and an item opens on just that account")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def posting(
        self,
        entry: str,
        values: Mapping[str, Any],
        data: Mapping[str, Any] | None = None,
        on: date | None = None,
    ) -> Posting:
        """The balanced lines of an entry, and the item it opens; lines of zero are left out.

        Amounts come from `values` alone; what else is to be said of the paper, from the case's `data` too. `on` is the
        day of the posting in China, whose rate holds for a paper that bears no date.

        Raises InvalidInput with every fault of the values, UnbalancedError where debits and credits differ.
        """
        rule = self.entries.get(entry)
        if rule is None:
            raise InvalidInput("cannot post", [Fault("entry", f"no rule {entry!r}", ", ".join(self.entries))])
        faults: list[Fault] = []
        amounts: dict[str, Money] = {}
        for name, is_optional in dict.fromkeys((line.amount, line.optional) for line in rule.lines):
            value = values.get(name)
            if value is None:
                if not is_optional:
                    faults.append(Fault(f"values.{name}", "is missing", "an amount"))
                continue
            try:
                amounts[name] = self._money(value)
            except (ValueError, ArithmeticError):
                reason = f"{value!r} is not an amount of zero or more in whole smallest units"
                faults.append(Fault(f"values.{name}", reason, f"such as {self.currency} 12.50"))
        business_key = values.get("business_key")
        if not isinstance(business_key, str) or not business_key:
            faults.append(Fault("values.business_key", "is missing", "what is posted, as text"))
        currencies = tuple(dict.fromkeys(money.currency for money in amounts.values()))
        if len(currencies) > 1:
            faults.append(Fault("values", f"mixes {', '.join(currencies)}", "one currency"))
        known = {**(data or {}), **{name: value for name, value in values.items() if value is not None}}
        item = read_item(rule.item, known, str(business_key), faults) if rule.item is not None else None
        month = read_value(known, "month", _MONTH, "such as 2026-03", faults)
        rate = read_value(known, "rate", _RATE, "a number above 0", faults)
        if len(currencies) == 1 and rule.rate == "day" and all(fault.where != "values.rate" for fault in faults):
            day = (item.dated_on if item is not None else None) or on
            try:
                rate = self.rate_for(currencies[0], rate, day)
            except RuleError as error:
                faults += [fault.under("values") for fault in error.faults]
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
                [Fault("values", f"debits of {debit} against credits of {credit} ({named})", "equal ones above zero")],
            )
        return Posting(
            entry=entry,
            business_key=str(business_key),
            currency=currencies[0],
            lines=lines,
            item=item.model_copy(update={"amount": _sum_on(item.account, lines)}) if item is not None else None,
            register_as=rule.register_as,
            month=month,
            shipment=text_of(values.get("shipment")),
            book_currency=self.currency,
            rate=Decimal(1) if currencies[0] == self.currency else rate,
            exchange=self.exchange_accounts(item.account) if item is not None else None,
            values=known,
        )

    def exchange_accounts(self, control: str) -> ExchangeAccounts:
        """Where differences go that items on a control account realise."""
        return ExchangeAccounts(
            control=control,
            control_title=self.accounts[control].model_dump(),
            difference=self.uses.exchange,
            difference_title=self.accounts[self.uses.exchange].model_dump(),
            charges="debit" if control == self.uses.receivable else "credit",
        )

    def rate_for(self, currency: str, said: Decimal | None, day: date | None) -> Decimal:
        """Book currency for one unit: as said, else the table's of the day. Raises RuleError where there is neither."""
        if currency == self.currency:
            return Decimal(1)
        found = self.rates.of_one(currency, day, self.currency) if said is None and day is not None else None
        rate = said if found is None else found.amount
        if rate is None:
            table = f", or a rate of {day} in the table of exchange rates" if day is not None else ""
            allowed = f"{self.currency} for one {currency}{table}"
            raise RuleError([Fault("rate", f"is missing for an amount in {currency}", allowed)])
        return rate

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


def _sum_on(account: str, lines: tuple[PostedLine, ...]) -> Decimal:
    """Debits less credits."""
    return sum(
        (line.amount if line.side == "debit" else -line.amount for line in lines if line.account == account), Decimal()
    )
