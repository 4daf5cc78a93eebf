"""Tests of the accountability stage."""
