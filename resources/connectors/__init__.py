"""Connectors: how sources of each kind are read into landing."""
