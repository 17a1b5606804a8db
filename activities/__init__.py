"""Temporal activities: thin adapters, one model in, one model out; no rule of the business."""
