"""Random months of a finance office: papers and acts in any order, tried again and again; and books kept from the pure
rules alone, to compare the records with."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from sop_engine.content.library import content_root
from sop_engine.content.rules import load_rules
from sop_engine.freight.party_keys import is_same, party_key
from sop_engine.freight.subledger.allocation import (
    OpenItem,
    Standing,
    Transfer,
    settle_new,
    settle_oldest,
)
from sop_engine.freight.subledger.exchange import Share, relieved, worths_of
from sop_engine.freight.subledger.posting import LedgerRules, Posting
from tests.unit.spellings import spellings

RULES = load_rules(content_root() / "ledger.yaml", LedgerRules)
START = date(2026, 3, 1)
CURRENCIES = ("CNY", "CNY", "CNY", "USD")
BOOK = RULES.currency
KINDS = (
    *("invoice", "invoice", "receipt", "receipt", "reversal", "refund", "write_off"),
    *("bill", "bill", "bill_reversal", "payment", "supplier_refund", "cod", "act", "set_off"),
)


@dataclass(frozen=True)
class Act:
    """One thing that an activity is asked to do. Entries carry values; `allocate`, `release`, `dispute` a reference."""

    key: str
    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    account: str = ""
    party: str = ""
    reference: str = ""


def attempts(seed: int, acts: int = 8) -> list[Act]:
    """Some acts of one small world, many of them more than once, in the order in which they arrive."""
    random = Random(seed)
    made = [act for number in range(acts) for act in _acts(random, seed, number)]
    arriving = made + [random.choice(made) for _ in range(acts // 2)]
    # A second case that bills the same paper comes under a key of its own.
    arriving += [Act(f"{act.key}'", act.kind, act.values) for act in random.choices(made, k=2) if act.values]
    random.shuffle(arriving)
    return [_spelled(act, random) for act in arriving]


def shuffled(arriving: list[Act], seed: int) -> list[Act]:
    """The same attempts in another order."""
    return Random(-seed - 1).sample(arriving, len(arriving))


NAMES = ("business_key", "customer_name", "supplier", "sender", "bill_no", "reversal_no", "refers_to", "cod_no")


def _spelled(act: Act, random: Random) -> Act:
    """The same attempt as somebody else writes it."""
    if random.random() < 0.5:
        return act
    values = {
        name: spellings(value, random.randrange(1000)) if name in NAMES else value for name, value in act.values.items()
    }
    if isinstance(wanted := values.get("settles"), list):
        values["settles"] = [
            {**wish, "reference": spellings(wish["reference"], random.randrange(1000))} for wish in wanted
        ]
    party, reference = (
        spellings(text, random.randrange(1000)) if text else text for text in (act.party, act.reference)
    )
    return replace(act, values=values, party=party, reference=reference)


def _acts(random: Random, seed: int, number: int) -> Iterator[Act]:
    party, key = f"P{seed}-{random.randrange(2)}", f"{seed}.{number}"
    currency = random.choice(CURRENCIES)
    invoices = [f"INV-{seed}-{index}" for index in range(3)]

    def money(most: int = 1000) -> dict[str, Any]:
        return {"amount": Decimal(random.randrange(1, most * 100)) / 100, "currency": currency}

    def wishes(references: list[str]) -> Any:
        named = random.sample(references, random.randrange(min(len(references), 2) + 1))
        return random.choice(
            [
                "oldest",
                None,
                [{"reference": name, "amount": random.choice([None, money()["amount"]])} for name in named],
            ]
        )

    day = START + timedelta(days=random.randrange(31))
    dated = dict.fromkeys(("issued_on", "received_on", "paid_on", "billed_on", "collected_on"), day)
    dated["due_on"] = dated["bill_due_on"] = day + timedelta(days=random.randrange(60))
    rate = Decimal(random.randrange(60000, 80000)) / 10000 if currency != BOOK else None
    base = {
        **dated,
        "customer_name": party,
        "supplier": party,
        "sender": party,
        "cod_no": f"COD-{seed}-1",
        "rate": rate,
    }
    kind = random.choice(KINDS)
    paper = f"{kind}-{seed}-{number}"
    if kind == "invoice":
        net, vat, passed_on = money(), money(60), money(200)
        gross = {"amount": sum(each["amount"] for each in (net, vat, passed_on)), "currency": currency}
        reference = random.choice(invoices)
        values = {"business_key": reference, "net": net, "vat": vat, "disbursements": passed_on, "gross": gross}
        yield Act(key, "invoice_issued", {**base, **values})
    elif kind == "reversal":
        net = money()
        yield Act(
            key,
            "invoice_reversed",
            {**base, "business_key": paper, "refers_to": random.choice(invoices), "net": net, "gross": net},
        )
    elif kind in ("receipt", "refund", "write_off"):
        entry = {"receipt": "money_received", "refund": "money_returned", "write_off": "write_off"}[kind]
        yield Act(key, entry, {**base, "business_key": paper, "amount": money(2000), "settles": wishes(invoices)})
    elif kind == "bill":
        net, vat = money(), money(90)
        gross = {"amount": net["amount"] + vat["amount"], "currency": currency}
        values = {"business_key": paper, "bill_no": f"B-{seed}", "net": net, "vat": vat, "gross": gross}
        yield Act(key, "supplier_bill", {**base, **values})
    elif kind == "bill_reversal":
        net = money()
        values = {"business_key": paper, "reversal_no": paper, "bill_no": f"B-{seed}", "net": net, "gross": net}
        yield Act(key, "supplier_bill_reversed", {**base, "reversed_on": day, **values})
    elif kind == "payment":
        yield Act(
            key, "supplier_paid", {**base, "business_key": paper, "amount": money(), "settles": wishes([f"B-{seed}"])}
        )
    elif kind == "supplier_refund":
        papers = [f"{name}-{seed}-{random.randrange(8)}" for name in ("bill_reversal", "payment")]
        settles = [{"reference": random.choice(papers)}]
        yield Act(key, "supplier_refunded", {**base, "business_key": paper, "amount": money(), "settles": settles})
    elif kind == "cod":
        amount = money()
        yield Act(key, "cod_collected", {**base, "business_key": f"COD-{seed}-1", "amount": amount})
        yield Act(f"{key}h", "cod_handed_in", {**base, "business_key": f"COD-{seed}-1", "amount": amount})
        yield Act(f"{key}p", "cod_paid", {**base, "business_key": paper, "gross": amount, "amount": amount})
    elif kind == "set_off":
        yield Act(key, "allocate", account=RULES.uses.payable, party=party, reference=f"B-{seed}")
    else:
        act = random.choice(["allocate", "release", "dispute"])
        reference = random.choice([*invoices, f"receipt-{seed}-{random.randrange(8)}"])
        yield Act(key, act, account=RULES.uses.receivable, party=party, reference=reference)


class Settled(NamedTuple):
    """A settlement, and by how much it changed the worth of both items in book currency."""

    transfer: Transfer
    source_worth: Decimal
    target_worth: Decimal


class PureBooks:
    """The books as the rules say they are; no database, nothing kept twice."""

    def __init__(self) -> None:
        self.postings: dict[str, Posting] = {}
        self._worths_of: dict[str, tuple[tuple[str, Decimal], ...]] = {}
        """Entry -> each line's account and worth."""
        self._known: set[tuple[str, str]] = set()
        """Entries and what tells their business keys from others."""
        self.items: dict[str, Standing] = {}
        self.worths: dict[str, Decimal] = {}
        """Item -> its worth in book currency."""
        self.places: dict[str, tuple[str, str, str]] = {}
        """Item -> its account, the key of its party, and its currency."""
        self.settled: list[Settled] = []
        self.differences: defaultdict[str, Decimal] = defaultdict(Decimal)
        """Control account -> what settlements at other rates changed on it, against the account for exchange."""
        self._done: set[str] = set()

    def attempt(self, act: Act) -> None:
        """Does what an activity does; what is refused changes nothing."""
        if act.key in self._done:
            return
        if act.values:
            self._post(act)
        elif (voucher := self._find(act)) is not None:
            getattr(self, f"_{act.kind}")(act, voucher)

    def _post(self, act: Act) -> None:
        posting = RULES.posting(act.kind, act.values)
        entry_id = f"{act.kind}.{posting.business_key}"
        if (act.kind, posting.match_key) in self._known:
            return
        self._known.add((act.kind, posting.match_key))
        self._done.add(act.key)
        self.postings[entry_id] = posting
        lines = self._worths_of[entry_id] = tuple(worths(posting))
        if posting.item is None:
            return
        opened = posting.item
        dated_on = opened.dated_on or START
        item = OpenItem(entry_id, opened.reference, opened.amount, dated_on, opened.due_on or dated_on)
        new = Standing(item, opened.settles, opened.takes_credit)
        place = (opened.account, party_key(opened.party), posting.currency)
        others = self._open(place)
        self.items[entry_id], self.places[entry_id] = new, place
        self.worths[entry_id] = sum((worth for account, worth in lines if account == opened.account), Decimal())
        self._carry_out(settle_new(new, others, oldest_first=opened.oldest_first))

    def _allocate(self, act: Act, voucher: Standing) -> None:
        others = [each.item for each in self._open(self.places[voucher.item.item]) if each != voucher]
        if transfers := settle_oldest(voucher.item, others):
            self._done.add(act.key)
            self._carry_out(transfers)

    def _release(self, act: Act, voucher: Standing) -> None:
        name = voucher.item.item
        sign = 1 if self.postings[name].item.amount > 0 else -1  # type: ignore[union-attr]
        for (source, target, amount), source_worth, target_worth in self.settled:
            if name not in (source, target):
                continue
            self._done.add(act.key)
            other = target if source == name else source
            self._move(name, sign * amount, -(source_worth if source == name else target_worth))
            self._move(other, -sign * amount, -(target_worth if source == name else source_worth))
        self.settled = [each for each in self.settled if name not in each.transfer[:2]]
        self.items[name] = self.items[name]._replace(wanted=(), takes_credit=False)

    def _dispute(self, act: Act, voucher: Standing) -> None:
        free = abs(voucher.item.balance) - voucher.item.disputed
        if free > 0:
            self._done.add(act.key)
            item = voucher.item._replace(disputed=voucher.item.disputed + free)
            self.items[item.item] = voucher._replace(item=item)

    def _find(self, act: Act) -> Standing | None:
        found = [
            each
            for name, each in self.items.items()
            if self.places[name][:2] == (act.account, party_key(act.party))
            and is_same(each.item.reference, act.reference)
        ]
        return min(found, key=lambda each: (not each.item.balance, each.item.item), default=None)

    def _open(self, place: tuple[str, str, str]) -> list[Standing]:
        found = [each for name, each in self.items.items() if self.places[name] == place and each.item.balance]
        return sorted(found, key=lambda each: (each.item.due_on, each.item.dated_on, each.item.item))

    def _carry_out(self, transfers: tuple[Transfer, ...]) -> None:
        for transfer in transfers:
            source, target, amount = transfer
            source_worth, target_worth = (
                -relieved(self.items[name].item.balance, self.worths[name], amount, BOOK) for name in (source, target)
            )
            signed = -amount if self.items[source].item.balance > 0 else amount
            self._move(source, signed, source_worth)
            self._move(target, -signed, target_worth)
            self.settled.append(Settled(transfer, source_worth, target_worth))

    def _move(self, name: str, signed: Decimal, worth: Decimal) -> None:
        standing = self.items[name]
        item = standing.item._replace(balance=standing.item.balance + signed)
        self.items[name] = standing._replace(item=item)
        self.worths[name] += worth
        self.differences[self.places[name][0]] += worth

    def trial_balance(self) -> dict[tuple[str, str], Decimal]:
        """Debit less credit of every account in every currency."""
        sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for posting in self.postings.values():
            for line in posting.lines:
                sums[line.account, posting.currency] += line.amount if line.side == "debit" else -line.amount
        return dict(sums)

    def trial_balance_in_book(self) -> dict[str, Decimal]:
        """Debit less credit of every account in book currency."""
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for lines in self._worths_of.values():
            for account, worth in lines:
                sums[account] += worth
        for account, difference in self.differences.items():
            sums[account] += difference
            sums[RULES.uses.exchange] -= difference
        return dict(sums)

    def party_totals(self) -> dict[tuple[str, str, str], Decimal]:
        """What each party owes on each account, added up from the items."""
        sums: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for name, standing in self.items.items():
            sums[self.places[name]] += standing.item.balance
        return dict(sums)


def worths(posting: Posting) -> Iterator[tuple[str, Decimal]]:
    """Each line's account and worth in book currency, a debit positive."""
    assert posting.rate is not None
    shares = [Share(line.side, line.amount) for line in posting.lines]
    for line, worth in zip(posting.lines, worths_of(shares, posting.rate, BOOK), strict=True):
        yield line.account, worth if line.side == "debit" else -worth
