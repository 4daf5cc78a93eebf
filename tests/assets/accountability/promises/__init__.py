"""Tests of the checks of promises."""
