"""PURE.

The BPM layer over statecharts: definitions, tasks, forms, clocks, roles, case state, and every contract that
crosses Temporal.
"""
