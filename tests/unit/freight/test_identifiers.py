"""Numbers of the freight trade: their check digits, their canonical forms, what is said of wrong ones."""

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import imo as stdnum_imo
from stdnum import iso6346 as stdnum_container
from stdnum.cn import uscc as stdnum_uscc

from sop_engine.freight.identifiers import FORMATS, USCC_ALPHABET, IdentifierError


@pytest.mark.parametrize(
    ("kind", "text", "canonical"),
    [
        ("container_no", "CSQU3054383", "CSQU3054383"),
        ("container_no", " msku 601167-2 ", "MSKU6011672"),
        ("container_no", "TRLU4284746", "TRLU4284746"),
        ("container_no", "ＡＰＺＵ４８１２０９０", "APZU4812090"),
        ("currency", " usd ", "USD"),
        ("container_no", "CSQU0000070", "CSQU0000070"),
        ("accounting_month", " 2026-03 ", "2026-03"),
        ("awb", "157-53806270", "157-53806270"),
        ("awb", "15741266466", "157-41266466"),
        ("awb", "921-1066 7893", "921-10667893"),
        ("awb", "020-12345675", "020-12345675"),
        ("uscc", "91110000600037341l", "91110000600037341L"),
        ("uscc", "91440300708461136T", "91440300708461136T"),
        ("uscc", "91110108551385082Q", "91110108551385082Q"),
        ("imo", "IMO 9321483", "9321483"),
        ("imo", "9319466", "9319466"),
        ("imo", "9074729", "9074729"),
        ("declaration_no", "2248 2026 1 000012345", "224820261000012345"),
        ("declaration_no", "531620260123456789", "531620260123456789"),
        ("hs_code", "8517.13", "851713"),
        ("hs_code", "8517.1300", "85171300"),
        ("hs_code", "8517.13.00.10", "8517130010"),
        ("hs_code", "8517130010999", "8517130010999"),
        ("un_locode", "cn sha", "CNSHA"),
        ("un_locode", "USNY2", "USNY2"),
        ("customs_enterprise_code", "310123000a", "310123000A"),
        ("tax_invoice_no", "24312000000012345678", "24312000000012345678"),
        ("paper_tax_invoice_no", "3100194130 / 12345678", "3100194130-12345678"),
        ("paper_tax_invoice_no", "031001900111-12345678", "031001900111-12345678"),
        ("scac", "maeu", "MAEU"),
        ("scac", "HLCU", "HLCU"),
        ("vessel_name", "m/v Ever  Given", "EVER GIVEN"),
        ("vessel_name", "新海明珠", "新海明珠"),
        ("voyage", "0123w", "0123W"),
        ("universal_voyage", "26 01W", "2601W"),
        ("resident_id", "11010519491231002x", "11010519491231002X"),
        ("lei", "213800KUD8LAJWSQ9D15", "213800KUD8LAJWSQ9D15"),
        ("iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("bic", "bkchcnbj300", "BKCHCNBJ300"),
        ("email", " Li.Wei@Example.COM ", "Li.Wei@example.com"),
        ("email", "ops+sha@mail.example.cn", "ops+sha@mail.example.cn"),
        ("phone", "138 1234 5678", "+8613812345678"),
        ("phone", "+86-138-1234-5678", "+8613812345678"),
        ("phone", "0086 13812345678", "+8613812345678"),
        ("phone", "(021) 1234 5678", "+862112345678"),
        ("phone", "0755-8123456 转 12", "+867558123456 ext 12"),
        ("phone", "+49 40 3600 1234", "+494036001234"),
        ("phone", "+49 (0)40 1234567", "+49401234567"),
        ("phone", "0049( 0 )40-1234567 ext 5", "+49401234567 ext 5"),
        ("phone", "(+44) (0)20 7946 0958", "+442079460958"),
        ("phone", "+353 (0) 1 679 6000", "+35316796000"),
        ("phone", "＋８６（０）２１ １２３４ ５６７８", "+862112345678"),
        ("phone", "+39 (0)6 1234567", "+39061234567"),
        ("phone", "+39 06 1234567", "+39061234567"),
        ("phone", "+49 040 1234567", "+49401234567"),
        ("phone", "+49 (040) 1234567", "+49401234567"),
        ("phone", "+44 0 20 7946 0958", "+442079460958"),
        ("phone", "+86 021-1234 5678", "+862112345678"),
        ("phone", "+225 07 12 34 56 78", "+2250712345678"),
        ("phone", "+372 (0)6 123 456", "+3726123456"),
        ("phone", "+1 (202) 555 0100", "+12025550100"),
        ("phone", "400-123-4567", "4001234567"),
        ("phone", "12360", "12360"),
        ("phone", "95566", "95566"),
    ],
)
def test_right_ones_become_canonical(kind: str, text: str, canonical: str) -> None:
    assert FORMATS[kind](text) == canonical
    assert FORMATS[kind](canonical) == canonical


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("container_no", "MSKU1234567", "last sign should be 5, not 7"),
        ("container_no", "1AAU0000014", "right signs"),
        ("container_no", "A_BU1234567", "right signs"),
        ("container_no", "CSQA3054383", "right signs"),
        ("container_no", "CSQU305438", "right signs"),
        ("container_no", "", "right signs"),
        ("awb", "180-05764414", "last sign should be 5, not 4"),
        ("awb", "020-12345676", "last sign should be 5, not 6"),
        ("awb", "020-1234567", "right signs"),
        ("uscc", "91110000600037341K", "last sign should be L, not K"),
        ("uscc", "9111000060003734IL", "right signs"),
        ("imo", "9321484", "last sign should be 3, not 4"),
        ("imo", "1234567", "sample number"),
        ("imo", "0000000", "right signs"),
        ("declaration_no", "224820262000012345", "neither import nor export: 2"),
        ("declaration_no", "224818261000012345", "no year: 1826"),
        ("declaration_no", "123456789", "right signs"),
        ("hs_code", "85171", "6, 8, 10 or 13"),
        ("hs_code", "85.17.13", "6, 8, 10 or 13"),
        ("hs_code", "٨٥١٧١٣", "6, 8, 10 or 13"),
        ("hs_code", "7701.00", "no chapter 77"),
        ("un_locode", "CNSH1", "right signs"),
        ("customs_enterprise_code", "31012300", "right signs"),
        ("tax_invoice_no", "19312000000012345678", "in 2019"),
        ("tax_invoice_no", "2431200000001234567", "right signs"),
        ("paper_tax_invoice_no", "1234567890-1234567", "right signs"),
        ("scac", "MAEU1", "right signs"),
        ("vessel_name", "-", "right signs"),
        ("vessel_name", "A" * 51, "right signs"),
        ("voyage", "12345678901", "right signs"),
        ("voyage", "WEST", "right signs"),
        ("universal_voyage", "2601X", "right signs"),
        ("resident_id", "110105194912310021", "last sign should be X, not 1"),
        ("resident_id", "11010519491331002X", "right signs"),
        ("lei", "213800KUD8LAJWSQ9D16", "check digits do not fit"),
        ("iban", "DE88370400440532013000", "check digits do not fit"),
        ("bic", "BKCHCNB", "right signs"),
        ("email", "li.wei", "one name and one domain"),
        ("email", "li..wei@example.com", "one name and one domain"),
        ("email", "li@example", "one name and one domain"),
        ("email", f"{'a' * 250}@example.com", "longer than 254"),
        ("currency", "UDS", "no such currency"),
        ("currency", "XXX", "no such currency"),
        ("phone", "1381234567", "neither a Chinese number"),
        ("phone", "+86 138 1234 567", "no such number in China"),
        ("phone", "+0 123 456 789", "7 to 15 digits"),
        ("phone", "call me", "not a telephone number"),
    ],
)
def test_wrong_ones_are_told_why(kind: str, text: str, says: str) -> None:
    with pytest.raises(IdentifierError) as error:
        FORMATS[kind](text)
    assert says in error.value.reason
    assert (error.value.kind, error.value.value) == (kind, text)
    assert error.value.hint in str(error.value)


CONTAINERS = st.from_regex(r"[A-Z]{3}[UJZ][0-9]{6}", fullmatch=True)
SHIPS = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True).filter(lambda stem: stem != "123456")
CODES = st.from_regex(rf"9[1-9][1-6][1-9][0-9]{{4}}[{USCC_ALPHABET}]{{9}}", fullmatch=True)


@settings(max_examples=60)
@given(
    st.one_of(
        st.tuples(st.just("container_no"), st.just(stdnum_container), CONTAINERS),
        st.tuples(st.just("imo"), st.just(stdnum_imo), SHIPS),
        st.tuples(st.just("uscc"), st.just(stdnum_uscc), CODES),
    )
)
def test_check_digits_are_those_of_another_library(example: tuple[str, ModuleType, str]) -> None:
    kind, library, stem = example
    check = library.calc_check_digit(stem)
    assert FORMATS[kind](stem + check) == stem + check
    with pytest.raises(IdentifierError):
        FORMATS[kind](stem + ("1" if check != "1" else "2"))
