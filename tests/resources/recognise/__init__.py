"""Tests of what recognises values and names."""
