"""Tests of the life of requests."""
