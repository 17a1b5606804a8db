"""Numbers of the freight trade: each function gives the canonical form, or says exactly what is wrong.

A check digit finds slips of the pen. It does not prove that the thing exists.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sop_engine.freight.calling_codes import from_abroad
from sop_engine.freight.currencies import CURRENCIES

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63})"
)
_PHONE = re.compile(
    r"(?P<number>\(?\+?[\d\s().-]{3,25}?)(?:\s*(?:ext\.?|x|转)\s*(?P<extension>\d{1,6}))?", re.ASCII | re.IGNORECASE
)
_BRACKETED = re.compile(r"^\D*\d{1,5}\D*\(\s*0\s*\)")
"""A nought in brackets behind the country's code."""
_HS_DOTS = re.compile(r"\d{4}\.?\d{2}(?:\.?\d{2}(?:\.?\d{2}(?:\.?\d{3})?)?)?", re.ASCII)


class IdentifierError(ValueError):
    """A text that is not the identifier it should be: `kind`, `value`, `reason`, and a `hint` of what is right."""

    def __init__(self, kind: str, value: str, reason: str, hint: str) -> None:
        self.kind = kind
        self.value = value
        self.reason = reason
        self.hint = hint
        super().__init__(f"{kind} '{value}': {reason}. {hint}.")


def container_no(text: str) -> str:
    """A container number (ISO 6346): owner, category U, J or Z, serial, check digit: `CSQU3054383`."""
    hint = "A container number is 3 letters, U, J or Z, 6 digits and a check digit, such as CSQU3054383"
    number = _squeezed(text, " -/")
    _require("container_no", text, number, r"[A-Z]{3}[UJZ]\d{7}", hint)
    # Letters count from 10 upwards and leave out the multiples of 11.
    values = (int(sign) if sign.isdigit() else (ord(sign) - 55) + (ord(sign) - 56) // 10 for sign in number[:-1])
    check = sum(value << place for place, value in enumerate(values)) % 11 % 10
    _require_check("container_no", text, number, str(check), hint)
    return number


def awb(text: str) -> str:
    """An air waybill number: airline prefix, serial, and the serial's remainder by 7: `157-53806270`."""
    hint = "An air waybill number is a 3-digit airline prefix and 8 digits, such as 157-53806270"
    number = _squeezed(text, " -")
    _require("awb", text, number, r"\d{11}", hint)
    _require_check("awb", text, number, str(int(number[3:10]) % 7), hint)
    return f"{number[:3]}-{number[3:]}"


def uscc(text: str) -> str:
    """A unified social credit code (统一社会信用代码, GB 32100): 18 signs, without I, O, S, V and Z."""
    hint = "A unified social credit code is 18 digits and letters without I, O, S, V, Z, such as 91110000600037341L"
    code = _squeezed(text, " -")
    _require("uscc", text, code, rf"[{USCC_ALPHABET}]{{2}}\d{{6}}[{USCC_ALPHABET}]{{10}}", hint)
    weighed = sum(USCC_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:-1]))
    _require_check("uscc", text, code, USCC_ALPHABET[-weighed % 31], hint)
    return code


def imo(text: str) -> str:
    """An IMO ship number, seven digits with or without the letters IMO in front: `9321483`."""
    hint = "An IMO number is 7 digits, such as 9321483"
    number = _squeezed(text, " -").removeprefix("IMO")
    _require("imo", text, number, r"[1-9]\d{6}", hint)
    check = sum(int(digit) * (7 - place) for place, digit in enumerate(number[:6])) % 10
    _require_check("imo", text, number, str(check), hint)
    if number == "1234567":
        raise IdentifierError("imo", text, "it is a sample number, though its check digit is right", hint)
    return number


def declaration_no(text: str) -> str:
    """A customs declaration or pre-entry number: customs area 4, year 4, 1 import or 0 export, serial 9."""
    hint = "A declaration number is 18 digits: area 4, year 4, 1 for import or 0 for export, serial 9"
    number = _squeezed(text, " -")
    _require("declaration_no", text, number, r"\d{18}", hint)
    if not 1990 <= int(number[4:8]) <= 2099:
        raise IdentifierError("declaration_no", text, f"digits 5 to 8 are no year: {number[4:8]}", hint)
    if number[8] not in "01":
        raise IdentifierError("declaration_no", text, f"digit 9 says neither import nor export: {number[8]}", hint)
    return number


def hs_code(text: str) -> str:
    """A commodity code, as digits alone: HS 6, tariff 8, statistical 10, or 13 with the inspection suffix."""
    hint = "A commodity code has 6, 8, 10 or 13 digits, such as 8517.13 or 8517130000"
    code = _squeezed(text, " ")
    if _HS_DOTS.fullmatch(code) is None:
        raise IdentifierError("hs_code", text, "it has not 6, 8, 10 or 13 digits with dots only between groups", hint)
    if code[:2] in {"00", "77"}:
        raise IdentifierError("hs_code", text, f"the tariff has no chapter {code[:2]}", hint)
    return code.replace(".", "")


def un_locode(text: str) -> str:
    """A place by its UN/LOCODE, form only: country and three letters or digits 2 to 9: `CNSHA`."""
    code = _squeezed(text, " ")
    _require("un_locode", text, code, r"[A-Z]{2}[A-Z2-9]{3}", "A UN/LOCODE is a country and 3 signs, such as CNSHA")
    return code


def customs_enterprise_code(text: str) -> str:
    """A customs registration code of an enterprise (海关编码): customs area 4 and six digits or letters."""
    code = _squeezed(text, " -")
    hint = "A customs enterprise code is 4 digits and 6 digits or letters, such as 3122480001"
    _require("customs_enterprise_code", text, code, r"\d{4}[0-9A-Z]{6}", hint)
    return code


def tax_invoice_no(text: str) -> str:
    """The number of a digital tax invoice (数电票): year 2, region 2, channel 1, serial 15."""
    hint = "A digital tax invoice number is 20 digits, beginning with the year, such as 24312000000012345678"
    number = _squeezed(text, " -")
    _require("tax_invoice_no", text, number, r"\d{20}", hint)
    if int(number[:2]) < 21:
        raise IdentifierError("tax_invoice_no", text, f"there were no such invoices in 20{number[:2]}", hint)
    return number


def paper_tax_invoice_no(text: str) -> str:
    """The code and number of an older tax invoice, on paper or electronic: `3100194130-12345678`."""
    hint = "An older tax invoice has a code of 10 or 12 digits and a number of 8, such as 3100194130-12345678"
    number = _squeezed(text, " -/")
    _require("paper_tax_invoice_no", text, number, r"\d{18}|\d{20}", hint)
    return f"{number[:-8]}-{number[-8:]}"


def scac(text: str) -> str:
    """A carrier's code (Standard Carrier Alpha Code), form only: the table is the NMFTA's."""
    code = _squeezed(text, " ")
    _require("scac", text, code, r"[A-Z]{2,4}", "A SCAC is 2 to 4 letters, such as MAEU")
    return code


def vessel_name(text: str) -> str:
    """A ship's name in capitals, without MV in front, at most 50 signs."""
    name = " ".join(unicodedata.normalize("NFKC", text).upper().split())
    name = re.sub(r"^(?:M/V|M\.V\.|MV)\s+", "", name)
    hint = "A vessel's name has 2 to 50 letters, digits and signs, such as EVER GIVEN"
    _require("vessel_name", text, name, r"(?=[^\n]*\w)[^\x00-\x1f]{2,50}", hint, re.UNICODE)
    return name


def voyage(text: str) -> str:
    """A carrier's voyage number: free text of at most 10 signs. Import and export voyages differ."""
    number = _squeezed(text, " ")
    hint = "A carrier's voyage has 1 to 10 letters, digits and hyphens, such as 0123W"
    _require("voyage", text, number, r"(?=.*\d)[A-Z0-9/.-]{1,10}", hint)
    return number


def universal_voyage(text: str) -> str:
    """A DCSA universal voyage reference: year 2, sequence 2, direction N, E, W, S or R: `2601W`."""
    number = _squeezed(text, " ")
    hint = "A universal voyage is 2 digits of the year, 2 signs and N, E, W, S or R, such as 2601W"
    _require("universal_voyage", text, number, r"\d{2}[0-9A-Z]{2}[NEWSR]", hint)
    return number


def resident_id(text: str) -> str:
    """A Chinese resident identity number (GB 11643): area 6, birth date 8, serial 3, check sign (ISO 7064 mod 11-2)."""
    hint = "A resident identity number is 17 digits and a digit or X, such as 11010519491231002X"
    number = _squeezed(text, " -")
    _require("resident_id", text, number, r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dX]", hint)
    weighed = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:-1]))
    _require_check("resident_id", text, number, "10X98765432"[weighed % 11], hint)
    return number


def lei(text: str) -> str:
    """A legal entity identifier (ISO 17442): 18 letters and digits and two check digits."""
    hint = "A legal entity identifier is 18 letters and digits and 2 check digits, such as 213800KUD8LAJWSQ9D15"
    code = _squeezed(text, " -")
    _require("lei", text, code, r"[A-Z0-9]{18}\d{2}", hint)
    _require_97("lei", text, code, hint)
    return code


def iban(text: str) -> str:
    """An international bank account number (ISO 13616): country, two check digits, account."""
    hint = "An IBAN is a country, 2 check digits and 11 to 30 signs, such as DE89370400440532013000"
    code = _squeezed(text, " -")
    _require("iban", text, code, r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", hint)
    _require_97("iban", text, code[4:] + code[:4], hint)
    return code


def bic(text: str) -> str:
    """A bank's code (ISO 9362), form only: bank 4, country 2, place 2, branch 3 or nothing."""
    code = _squeezed(text, " ")
    _require("bic", text, code, r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", "A BIC has 8 or 11 signs, such as BKCHCNBJ300")
    return code


def email(text: str) -> str:
    """An e-mail address, its domain in lower case."""
    address = unicodedata.normalize("NFKC", text).strip()
    match = _EMAIL.fullmatch(address)
    hint = "An e-mail address looks like name@example.com"
    if match is None:
        raise IdentifierError("email", text, "it is not one name and one domain joined by @", hint)
    if len(address) > 254:
        raise IdentifierError("email", text, "it is longer than 254 characters", hint)
    return address[: match.start(1)] + match[1].lower()


def phone(text: str) -> str:
    """A telephone number: `+8613812345678`, with an extension `+862112345678 ext 12`.

    Numbers without a country are read as Chinese. Service numbers (400…, 800…, 95…, 12…) have no country. A nought
    that is dialled at home only is left out behind a country's code.
    """
    hint = "Write +86 138 1234 5678, 138 1234 5678, 021-1234 5678 ext 12, 400 123 4567 or +49 40 1234567"
    match = _PHONE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise IdentifierError("phone", text, "it is not a telephone number", hint)
    extension = f" ext {match['extension']}" if match["extension"] else ""
    digits = re.sub(r"\D", "", match["number"])
    if "+" in match["number"] or digits.startswith("00"):
        called = from_abroad(
            digits.removeprefix("00"), has_bracketed_nought=_BRACKETED.search(match["number"]) is not None
        )
        number = f"+{called.code}{called.national}"
        if not 8 <= len(number) <= 16 or number[1] == "0":
            raise IdentifierError("phone", text, "a number with a country has 7 to 15 digits", hint)
        if number.startswith("+86") and not _is_chinese(number[3:], trunk=""):
            raise IdentifierError("phone", text, "there is no such number in China", hint)
    elif re.fullmatch(r"[48]00\d{7}|95\d{3,6}|12\d{3}|1[12]\d", digits):
        number = digits
    elif _is_chinese(digits, trunk="0"):
        number = f"+86{digits.removeprefix('0')}"
    else:
        raise IdentifierError("phone", text, "it is neither a Chinese number nor one with a country", hint)
    return number + extension


def accounting_month(text: str) -> str:
    """An accounting month: `2026-03`."""
    number = _squeezed(text, " ")
    _require("accounting_month", text, number, r"20\d\d-(0[1-9]|1[0-2])", "year and month, as 2026-03")
    return number


def currency(text: str) -> str:
    """The code of a currency in which somebody can be paid (ISO 4217): `CNY`."""
    code = _squeezed(text, " ")
    if code not in CURRENCIES:
        raise IdentifierError("currency", text, "there is no such currency", "A currency has 3 letters, such as CNY")
    return code


FORMATS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "container_no": container_no,
        "awb": awb,
        "uscc": uscc,
        "imo": imo,
        "declaration_no": declaration_no,
        "hs_code": hs_code,
        "un_locode": un_locode,
        "customs_enterprise_code": customs_enterprise_code,
        "tax_invoice_no": tax_invoice_no,
        "paper_tax_invoice_no": paper_tax_invoice_no,
        "scac": scac,
        "vessel_name": vessel_name,
        "voyage": voyage,
        "universal_voyage": universal_voyage,
        "resident_id": resident_id,
        "lei": lei,
        "iban": iban,
        "bic": bic,
        "email": email,
        "phone": phone,
        "accounting_month": accounting_month,
        "currency": currency,
    }
)


def _squeezed(text: str, separators: str) -> str:
    """Upper case, full-width signs made plain, separators taken out."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    return "".join(sign for sign in plain if sign not in separators)


def _require(kind: str, text: str, number: str, pattern: str, hint: str, flags: re.RegexFlag = re.ASCII) -> None:
    if re.fullmatch(pattern, number, flags) is None:
        raise IdentifierError(kind, text, f"'{number}' has not the right signs in the right places", hint)


def _require_check(kind: str, text: str, number: str, check: str, hint: str) -> None:
    if number[-1] != check:
        raise IdentifierError(
            kind, text, f"its last sign should be {check}, not {number[-1]}: some sign is wrong", hint
        )


def _require_97(kind: str, text: str, number: str, hint: str) -> None:
    """ISO 7064 mod 97-10, letters counting from 10."""
    if int("".join(str(int(sign, 36)) for sign in number)) % 97 != 1:
        raise IdentifierError(kind, text, "its check digits do not fit: some sign is wrong", hint)


def _is_chinese(digits: str, trunk: str) -> bool:
    """A mobile number, or an area code and a local number of seven or eight digits."""
    return re.fullmatch(rf"1[3-9]\d{{9}}|{trunk}(?:10|2\d)\d{{8}}|{trunk}[3-9]\d{{2}}\d{{7,8}}", digits) is not None
