"""Benchmarks: each a program that makes its own data, and prints what it measured."""
