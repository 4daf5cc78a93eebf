"""The benchmarks of the table: `python -m bench.table`."""
