"""Tests of the lineage of all columns."""
