"""Retention on small real sources."""
