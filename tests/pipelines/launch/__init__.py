"""Tests of how runs begin."""
