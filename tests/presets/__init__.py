"""Presets, read from real servers on loopback."""
