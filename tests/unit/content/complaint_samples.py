"""A complaint that is registered."""

from tests.unit.content.content_house import House

CASE = "CMP-1"


OPENING = {"complainant": "王先生", "contact": "138 1234 5678", "contact_email": "wang@client.example", "event": "Late"}


REGISTERED = {"event_at": "2026-03-01T10:00+08:00", "business_no": "SHP-2026-0001"}


def registered(**kept: str) -> House:
    house = House()
    house.open("Complaint", CASE, OPENING | kept)
    house.do(CASE, "li.na", "registered", "acknowledged", REGISTERED)
    return house
