"""Tests of the catalogue: reading, rules, tags, vocabulary."""
