"""Tests of the benchmarks: that they measure what they say. No test asserts a time."""
