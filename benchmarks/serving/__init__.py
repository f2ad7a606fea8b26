"""What a request costs beside its parts: ``python -m benchmarks.serving``; see ``benchmarks/serving.md``."""
