"""Tests of the demonstration company's outside world."""
