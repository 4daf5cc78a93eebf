"""Tests of what assets work with."""
