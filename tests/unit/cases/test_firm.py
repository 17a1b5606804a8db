"""The firm's letterhead and accounts: what is refused, where, and what is said of it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from sop_engine.cases.people.firm import Firm
from sop_engine.content.library import ContentError, load_library
from tests.unit.content.content_house import shipped

NAME = {"en": "Firm", "zh": "公司"}
ACCOUNT: dict[str, Any] = {"holder": NAME, "bank": NAME, "number": "1234 5678 9012"}


def firm(**said: Any) -> Firm:
    return Firm.model_validate({"name": NAME, **said})


def test_identifiers_are_kept_in_their_plain_form() -> None:
    account = {**ACCOUNT, "swift": "bkch cnbj 300", "cnaps": "104290003582"}
    given = firm(uscc="9111 0000 6000 3734 1l", phone="021-5555 0100", accounts={"CNY": account})
    assert (given.uscc, given.phone) == ("91110000600037341L", "+862155550100")
    assert given.accounts["CNY"].swift == "BKCHCNBJ300"


@pytest.mark.parametrize(
    ("said", "where", "what"),
    [
        ({"uscc": "911100006000373411"}, "uscc", "'911100006000373411' is refused"),
        ({"phone": "12"}, "phone", "is refused: it is not a telephone number"),
        ({"accounts": {"RMB Yuan": ACCOUNT}}, "accounts.RMB Yuan", "^[A-Z]{3}$"),
        ({"accounts": {"CNY": {**ACCOUNT, "swift": "BANK"}}}, "accounts.CNY.swift", "8 or 11 signs"),
        ({"accounts": {"CNY": {**ACCOUNT, "cnaps": "1042"}}}, "accounts.CNY.cnaps", r"^\d{12}$"),
        ({"accounts": {"CNY": {**ACCOUNT, "number": "see below"}}}, "accounts.CNY.number", "pattern"),
        ({"accounts": {"CNY": {"number": ACCOUNT["number"]}}}, "accounts.CNY.bank", "required"),
        ({"fax": "1"}, "fax", "not permitted"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(said: dict[str, Any], where: str, what: str) -> None:
    with pytest.raises(ValidationError) as refused:
        firm(**said)
    faults = [(".".join(map(str, fault["loc"])), fault["msg"]) for fault in refused.value.errors()]
    assert any(place.startswith(where) and what in message for place, message in faults), faults


def test_a_fault_of_the_file_is_named_with_its_line(tmp_path: Path) -> None:
    written = yaml.safe_load((shipped().root / "organization.yaml").read_text(encoding="utf-8"))
    written["accounts"]["CNY"]["cnaps"] = "12"
    own = tmp_path / "organization.yaml"
    own.write_text(yaml.safe_dump(written, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.raises(ContentError) as refused:
        load_library(organization_file=own)
    assert "organization.yaml:" in str(refused.value)
    assert "accounts.CNY.cnaps" in str(refused.value)


def test_the_shipped_firm_is_an_example_on_its_face() -> None:
    example = shipped().organization
    assert set(example.accounts) == {"CNY", "USD"}
    for account in example.accounts.values():
        assert "not a real account" in account.bank.en
        assert "非真实账户" in account.bank.zh
        assert set(account.number.replace(" ", "")) <= {"0", "1"}
    assert "EXAMPL" in str(example.uscc)


def test_templates_read_name_and_particulars_and_nothing_of_the_people() -> None:
    said = shipped().organization.particulars()
    assert set(said) == {"en", "zh", "address", "uscc", "phone", "accounts"}
