"""`python -m demo`."""

from __future__ import annotations

from demo.cli import demo

if __name__ == "__main__":
    demo(prog_name="python -m demo")
