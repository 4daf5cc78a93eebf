"""Retention: what is past its period goes, for good."""
