"""Cargo on a server: whose it is, what it is, and instants by the server's clock."""

from datetime import timedelta

from tests.workflows import paths
from tests.workflows.harness import House

CUSTOMER = {"customer_name": "Blue Lake Trading", "customer_email": paths.CUSTOMER_MAIL}
GOODS = {"name": "Pumps", "pieces": 5, "weight_kg": "50", "volume_m3": "1", "packaging": "crates"}


async def in_hours(house: House, hours: int) -> str:
    return (await house.now() + timedelta(hours=hours)).isoformat()
