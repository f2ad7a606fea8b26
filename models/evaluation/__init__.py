"""Metrics, baselines, evaluation and its report."""
