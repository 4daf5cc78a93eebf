"""Tests of the warehouse: generations, the engine, the dialect."""
