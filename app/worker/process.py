"""Entry point of a run's process, which alone imports what training needs."""

from __future__ import annotations

from app.worker.job import Job


def learn_apart(job: Job) -> None:
    """The target of a run's process."""
    from app.worker.learn import learn  # noqa: PLC0415 - the worker itself stays small

    learn(job)
