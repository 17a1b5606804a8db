"""Amounts in words, as bills, invoices and receipts ask for them: Chinese capitals and English."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from sop_engine.freight.money import Money, decimal_places

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_ONES = (
    *("ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN", "TWELVE"),
    *("THIRTEEN", "FOURTEEN", "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN"),
)
_TENS = ("", "", "TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY")
_GROUPS = ((10**12, "TRILLION"), (10**9, "BILLION"), (10**6, "MILLION"), (10**3, "THOUSAND"))
_CURRENCIES: Mapping[str, str] = MappingProxyType(
    {
        "AUD": "AUSTRALIAN DOLLARS",
        "CAD": "CANADIAN DOLLARS",
        "CHF": "SWISS FRANCS",
        "CNY": "RENMINBI YUAN",
        "EUR": "EUROS",
        "GBP": "POUNDS STERLING",
        "HKD": "HONG KONG DOLLARS",
        "JPY": "JAPANESE YEN",
        "KRW": "KOREAN WON",
        "SGD": "SINGAPORE DOLLARS",
        "USD": "US DOLLARS",
    }
)


def rmb_capitals(amount: Decimal) -> str:
    """An amount of yuan in capitals (大写), without 人民币 in front: 壹仟贰佰叁拾肆元伍角整.

    Follows the central bank's rules for filling in bills: 整 closes an amount without fen, one 零 stands for any run of
    noughts inside it, and for a missing jiao before fen. Raises ValueError for a fraction of a fen.
    """
    money = Money(amount=amount, currency="CNY")
    yuan, fen = divmod(int(abs(money.amount) * 100), 100)
    jiao, fen = divmod(fen, 10)
    text = f"{_chinese(yuan)}元" if yuan or not (jiao or fen) else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif fen and yuan:
        text += "零"
    text += f"{_DIGITS[fen]}分" if fen else "整"
    return f"负{text}" if money.amount < 0 else text


def amount_in_words(amount: Decimal, currency: str) -> str:
    """An amount in English: `US DOLLARS ONE THOUSAND TWO HUNDRED THIRTY-FOUR AND 50/100 ONLY`.

    A currency without a name here goes by its code. Raises ValueError for a fraction of the smallest unit.
    """
    money = Money(amount=amount, currency=currency)
    scale = 10 ** decimal_places(currency)
    whole, minor = divmod(int(abs(money.amount) * scale), scale)
    words = [_CURRENCIES.get(currency, currency), "MINUS" if money.amount < 0 else "", _english(whole)]
    if minor:
        words.append(f"AND {minor:0{decimal_places(currency)}d}/{scale}")
    return " ".join(word for word in (*words, "ONLY") if word)


def _chinese(number: int) -> str:
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            upper, lower = divmod(number, size)
            gap = "零" if 0 < lower < size // 10 else ""
            return f"{_chinese(upper)}{name}{gap}{_chinese(lower) if lower else ''}"
    text = ""
    for digit, place in zip(f"{number:04d}", _PLACES, strict=True):
        text += f"{_DIGITS[int(digit)]}{place}" if digit != "0" else "零"
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.strip("零") or "零"


def _english(number: int) -> str:
    for size, name in _GROUPS:
        if number >= size:
            upper, lower = divmod(number, size)
            return f"{_english(upper)} {name}{f' {_english(lower)}' if lower else ''}"
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{_ONES[hundreds]} HUNDRED{f' {_english(rest)}' if rest else ''}"
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]}{f'-{_ONES[ones]}' if ones else ''}"
