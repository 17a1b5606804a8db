"""PURE. SCXML statecharts as data and their transition function. Knows no framework, no clock, no freight."""
