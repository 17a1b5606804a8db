"""The pairs of chart and script of the vendored suite."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


SUITE = Path(__file__).parent / "scion"


PAIRS = tuple(path.relative_to(SUITE).with_suffix("").as_posix() for path in sorted(SUITE.glob("*/*.scxml")))
