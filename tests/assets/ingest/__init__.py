"""Ingest on small real sources."""
