"""Who ships what with whom in the month. All names are fictitious."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from tests.month.numbers import taxpayer_no

Direction = Literal["export", "import", "domestic"]
Mode = Literal["sea", "air", "rail", "road"]


@dataclass(frozen=True)
class Customer:
    """Who commissions and pays."""

    number: str
    name: str
    email: str
    taxpayer_no: str
    terms_days: int
    """Days after the invoice in which it is to be paid."""
    is_on_hold: bool
    """Books only with the finance manager's approval."""


@dataclass(frozen=True)
class Lane:
    """What the firm carries regularly: from where to where, with whom, and how it is invoiced."""

    name: str
    direction: Direction
    mode: Mode
    origin: str
    destination: str
    carrier: str
    partner: str
    """The other side of the trade."""
    freight: Decimal
    """What the carrier asks, as a rule."""
    sale_rate: Decimal
    """VAT of our invoice, a share."""
    purchase_rate: Decimal
    """VAT of the carrier's bill, a share."""
    containers: int = 0


CUSTOMERS = tuple(
    Customer(f"C-{2001 + index}", name, f"finance@{domain}.example", taxpayer_no(index + 1), terms, terms == 60)
    for index, (name, domain, terms) in enumerate(
        (
            ("恒瑞机械 Hengrui Machinery", "hengrui-machinery", 30),
            ("海蓝家居用品 Hailan Homeware", "hailan-homeware", 15),
            ("科维电子 Kewei Electronics", "kewei-electronics", 45),
            ("绿野茶业 Lvye Tea", "lvye-tea", 10),
            ("金德纺织 Jinde Textiles", "jinde-textiles", 30),
            ("方正照明 Fangzheng Lighting", "fangzheng-lighting", 60),
            ("盛航船配 Shenghang Marine Parts", "shenghang-marine", 30),
            ("百合食品 Baihe Foods", "baihe-foods", 15),
            ("明珠医疗器械 Mingzhu Medical", "mingzhu-medical", 45),
        )
    )
)

FREIGHT = Decimal(1000)
SIX, NINE, NONE = Decimal("0.06"), Decimal("0.09"), Decimal()

LANES = (
    Lane(
        "Sea export FCL",
        "export",
        "sea",
        "CNSHA",
        "DEHAM",
        "Northern Star Line",
        "Elbe Handel",
        FREIGHT * 14,
        SIX,
        NONE,
        2,
    ),
    Lane("Sea export LCL", "export", "sea", "CNNGB", "USLAX", "Pacific Consol", "Bay Trading", FREIGHT * 3, SIX, NONE),
    Lane(
        "Sea import FCL", "import", "sea", "NLRTM", "CNSHA", "Northern Star Line", "Maasland", FREIGHT * 10, SIX, SIX, 1
    ),
    Lane("Sea import LCL", "import", "sea", "KRPUS", "CNTAO", "Yellow Sea Consol", "Hanbada", FREIGHT * 2, SIX, SIX),
    Lane(
        "Air export", "export", "air", "CNPVG", "USORD", "Great Lakes Air", "Prairie Supply", FREIGHT * 21, NONE, NONE
    ),
    Lane("Air import", "import", "air", "DEFRA", "CNPVG", "Lindenair Cargo", "Rheintal", FREIGHT * 18, SIX, NONE),
    Lane(
        "Rail export", "export", "rail", "CNXIA", "DEDUI", "Eurasia Trains", "Ruhr Import", FREIGHT * 26, NONE, NONE, 1
    ),
    Lane("Road import", "import", "road", "VNHAN", "CNNNG", "Red River Haulage", "Hanoi Crafts", FREIGHT * 8, SIX, SIX),
    Lane(
        "Road domestic",
        "domestic",
        "road",
        "CNSHA",
        "CNCTU",
        "Jiangnan Haulage",
        "Chengdu Store",
        FREIGHT * 4,
        NINE,
        NINE,
    ),
    Lane(
        "Rail domestic",
        "domestic",
        "rail",
        "CNCAN",
        "CNURC",
        "Silk Road Rail",
        "Urumqi Supplies",
        FREIGHT * 7,
        NINE,
        NINE,
    ),
)


@dataclass(frozen=True)
class Cargo:
    """Goods of a kind with the rates they bear at import, as shares."""

    name: str
    hs_code: str
    packaging: str
    duty_rate: Decimal
    consumption_rate: Decimal
    vat_rate: Decimal


CARGOES = tuple(
    Cargo(name, code, packaging, Decimal(duty), Decimal(consumption), Decimal(vat))
    for name, code, packaging, duty, consumption, vat in (
        ("Machine parts", "8483409090", "Wooden cases", "0.08", "0", "0.13"),
        ("Ceramic tableware", "6912001000", "Cartons on pallets", "0.07", "0", "0.13"),
        ("LED lamps", "9405119000", "Cartons", "0.05", "0", "0.13"),
        ("Cotton fabric", "5208320000", "Rolls on pallets", "0.10", "0", "0.13"),
        ("Roasted coffee", "0901210000", "Bags on pallets", "0.15", "0", "0.13"),
        ("Sparkling wine", "2204100000", "Cartons on pallets", "0.14", "0.10", "0.13"),
        ("Diagnostic instruments", "9027500090", "Cases", "0", "0", "0.13"),
    )
)
