"""PURE.

What every room stands on: what a fault is and how it is told, values and texts made plain and legible.
"""
