"""PURE. What customs asks for: the value, the tariff, duty and taxes, what lateness costs, and what comes back."""
