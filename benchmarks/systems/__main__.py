"""``python -m benchmarks.systems``; what workers have to find by name cannot be in here."""

from benchmarks.systems.reproduce import main

main()
