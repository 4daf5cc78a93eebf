"""Tests of the connectors, on real files, a real database and a real server."""
