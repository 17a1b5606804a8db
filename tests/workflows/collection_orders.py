"""Forms filled in by the person whose task it is."""

import random
from typing import Any

from sop_engine.cases.contracts.views import TaskView
from tests.workflows.receivables import GROSS

PERSONS = {
    "finance_clerk": "hu.jing",
    "finance_manager": "qian.li",
    "department_manager": "sun.lihua",
    "general_manager": "chen.guodong",
}


TODAY = "2093-11-22"


def form(task: TaskView, outcome: str, draw: random.Random) -> dict[str, Any]:
    """What a person would fill in."""
    match task.state, outcome:
        case "disputed", "conceded":
            return {"customer_answer": "Right", "credit_net": "CNY 500", "credit_tax_rate": "0.06"}
        case "disputed", _:
            return {"customer_answer": "They accept it"}
        case "overdue", "promised":
            return {"promise_on": "2094-02-01", "promise_amount": f"CNY {GROSS}", "customer_answer": "Later"}
        case "overdue", "escalated":
            return {"customer_answer": "None"}
        case "crediting", _:
            return {"credit_action": "Agreed"}
        case "refunding", _:
            return {"refunded_on": TODAY}
        case "escalated", _:
            return {"action": draw.choice(["write_off", "legal"]), "approval": "So be it"}
        case "closing", _:
            return {"closing_entry": "E-1"}
        case _, "money_received":
            paid = {"received_amount": draw.choice(["CNY 700", "CNY 9000"]), "received_on": TODAY}
            return {**paid, "bank_ref": f"FOUND-{draw.random()}"}
    return {} if task.state == "posting" else {"approval": "So be it"}
