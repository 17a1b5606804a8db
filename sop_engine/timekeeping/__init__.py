"""PURE. Business calendars, periods and SLA clocks. Time is an argument; zones are data."""
