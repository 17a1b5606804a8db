"""The page on money shows what the rules compute today, and no figure beside that."""

from decimal import Decimal

from tests.docs.computed_page import figures_in_prose, filled, names
from tests.docs.money_and_customs import BLOCKS, PAGE
from tests.docs.money_charges import invoice, margin_of
from tests.docs.money_ledger import CREDITED, balances, postings


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_figures_are_computed() -> None:
    assert filled(page(), BLOCKS) == page(), "run: python -m tests.docs.money_and_customs"


def test_every_block_is_shown_once() -> None:
    assert names(page()) == list(BLOCKS)


def test_the_prose_has_no_figure_of_its_own() -> None:
    assert figures_in_prose(page()) == []


def test_a_figure_in_the_prose_would_be_found() -> None:
    shown = "Pay `T5` within 15 days.\n<!-- computed: a -->\n15\n<!-- end -->\nSee [more](a1.md).\n"
    assert figures_in_prose(shown) == ["Pay  within 15 days."]
    assert filled(shown, {"a": lambda: "16"}).count("16") == 1


def test_the_books_say_what_the_margin_says() -> None:
    """But for the rebate on the invoice and the fee on the cash, which no charge of the shipment is."""
    earned, (cod_fee,) = margin_of("actual"), [line.amount for line in postings()[-1].lines if line.account == "6001"]
    assert -balances()["6001"] == earned.revenue.amount - CREDITED.amount.amount + cod_fee
    assert balances()["6401"] == earned.cost.amount
    assert balances()["1221"] == earned.open_disbursements.amount == 0
    assert invoice().net == earned.revenue


def test_the_books_of_the_example_balance() -> None:
    assert sum(balances().values()) == 0
    assert {account: balances()[account] for account in ("1001", "1122", "2202", "2241.01")} == dict.fromkeys(
        ("1001", "1122", "2202", "2241.01"), Decimal()
    )
