"""A customer who owes."""

CUSTOMER = {"customer_name": "Qiming", "customer_email": "money@qiming.example"}
