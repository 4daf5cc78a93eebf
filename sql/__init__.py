"""The SQL models: one SELECT a file, read as package data."""
