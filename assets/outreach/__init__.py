"""Outreach: who may be written to, and what was given to whom."""
