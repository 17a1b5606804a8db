"""The firm in law, and where it is paid: what its letterhead and its bills say, as in `organization.yaml`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from sop_engine.basis.models import Frozen, Title
from sop_engine.freight.identifiers import FORMATS, IdentifierError


def _checked(kind: str) -> Callable[[str], str]:
    """A validator that says what is wrong with an identifier and how it is written."""

    def check(text: str) -> str:
        try:
            return FORMATS[kind](text)
        except IdentifierError as error:
            raise ValueError(f"{text!r} is refused: {error.reason}. {error.hint}.") from None

    return check


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


class BankAccount(Frozen):
    """An account on which customers pay in one currency."""

    holder: Title
    """In whose name it is kept, as the bank has it."""
    bank: Title
    """Bank and branch."""
    number: str = Field(pattern=r"^[0-9A-Z][0-9A-Z -]{6,38}[0-9A-Z]$")
    """With or without blanks."""
    swift: Annotated[str, AfterValidator(_checked("bic"))] | None = None
    cnaps: str | None = Field(default=None, pattern=r"^\d{12}$")
    """The bank's number in China's payment system (联行号)."""


class Firm(Frozen):
    """Who signs the firm's papers. What is not known of it is left out of them."""

    name: Title
    """As registered."""
    address: Title | None = None
    uscc: Annotated[str, AfterValidator(_checked("uscc"))] | None = None
    """Unified social credit code (统一社会信用代码)."""
    phone: Annotated[str, AfterValidator(_checked("phone"))] | None = None
    accounts: dict[Currency, BankAccount] = {}
    """Currency -> the account on which it is paid."""

    def particulars(self) -> dict[str, Any]:
        """The firm as templates read it: its name under `en` and `zh`, and the rest under its own names."""
        return {
            **self.name.model_dump(),
            **Firm.model_dump(self, include={"address", "uscc", "phone", "accounts"}, mode="json"),
        }
