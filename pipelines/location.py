"""The code location that Dagster loads: the register that the environment names."""

from pipelines.definitions import build

defs = build()
