"""The currencies in which somebody can be paid (ISO 4217, list one as published on 1 January 2026).

Not among them: codes of funds, metals, bonds and units of account, for testing (XTS), and for no currency (XXX).
"""

from collections.abc import Mapping
from types import MappingProxyType

_CODES: Mapping[int, str] = MappingProxyType(
    {
        0: ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
        2: (
            "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN "
            "BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB "
            "EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
            "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
            "MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
            "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
            "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST "
            "XCD XCG YER ZAR ZMW ZWG"
        ),
        3: "BHD IQD JOD KWD LYD OMR TND",
    }
)
CURRENCIES: Mapping[str, int] = MappingProxyType(
    {code: places for places, codes in _CODES.items() for code in codes.split()}
)
"""Each with its decimal places."""

UNITS_OF_ACCOUNT = ("XDR",)
"""In which liability is limited; nobody pays in them."""
