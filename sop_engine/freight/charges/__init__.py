"""PURE. What carriage costs: codes of charges, weights, tariffs, free time, and what a shipment earned."""
