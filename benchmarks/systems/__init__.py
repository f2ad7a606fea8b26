"""The claims of the systems, reproduced: ``python -m benchmarks.systems``."""
