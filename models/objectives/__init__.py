"""Objectives: losses with their sampling. A recipe combines them."""
