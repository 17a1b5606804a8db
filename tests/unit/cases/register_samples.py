"""A small register that tests keep rows of."""

from typing import Any

from sop_engine.cases.written.register import RegisterSpec


def written() -> dict[str, Any]:
    """As a file says it."""
    title = {"en": "Title", "zh": "标题"}
    return {
        "register": "clients",
        "title": {"en": "Clients", "zh": "客户"},
        "purpose": {"en": "Whom we serve", "zh": "服务对象"},
        "keepers": ["sales_rep"],
        "key": "client_no",
        "people": "owner",
        "fields": {
            "client_no": {"type": "text", "required": True, "title": title},
            "name": {"type": "text", "required": True, "title": title},
            "grade": {"type": "choice", "of": ["A", "B", "C"], "default": "C", "required": True, "title": title},
            "limit": {"type": "money", "title": title},
            "discount": {"type": "decimal", "min": 0, "max": 1, "title": title},
            "since": {"type": "date", "title": title},
            "owner": {"type": "text", "title": title},
            "is_active": {"type": "boolean", "title": title},
            "contacts": {
                "type": "list",
                "title": title,
                "fields": {
                    "name": {"type": "text", "required": True, "title": title},
                    "email": {"type": "text", "format": "email", "title": title},
                },
            },
            "opt_outs": {
                "type": "list",
                "title": title,
                "item": {"type": "choice", "of": ["news", "surveys"], "title": title},
            },
        },
    }


def clients(**other: Any) -> RegisterSpec:
    return RegisterSpec.model_validate({**written(), **other})


PEOPLE = ("lin.yue", "he.ping")
