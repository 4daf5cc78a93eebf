"""Tests of the signed-in web entrance."""
