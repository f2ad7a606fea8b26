"""Several questions computed in one thread, side by side: what they ask of the model at the same time is one batch.

Each question is a greenlet, which runs until it asks the model something or has its answer. Once all wait for the model, the asks that can
be one batch are, and their questions go on. Nobody waits for anybody else to come; a question that is computed by itself asks at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import Context
from typing import cast

from greenlet import getcurrent, greenlet

from app.recommend.asks import Ask
from app.recommend.slices import pause
from models.encoders.features import FloatArray


class _Question(greenlet):  # type: ignore[misc] # its types are a package of their own
    """A question that others are computed beside."""


def ask(what: Ask) -> FloatArray:
    """Ask the model, together with the questions that are computed beside this one.

    Raises:
        ServiceError: the answer is no longer wanted; see ``slices.pause``. Also whatever the model raises of this ask by itself.
    """
    question = getcurrent()
    if not isinstance(question, _Question) or question.parent is None:
        return what.alone()
    pause()
    return cast("FloatArray", question.parent.switch(what))


def side_by_side(questions: Sequence[tuple[Context, Callable[[], None]]]) -> None:
    """Compute questions; each keeps its own answer, or what it raises.

    Args:
        questions: each with the context that it is computed in.
    """
    asking: list[tuple[_Question, Ask]] = []
    for context, compute in questions:
        question = _Question(compute)
        question.gr_context = context
        asking += _until_asking(question, question.switch)
    while asking:
        key = min(what.key for _, what in asking)
        now, asking = [one for one in asking if one[1].key == key], [one for one in asking if one[1].key != key]
        for (question, _), answer in zip(now, _answers([what for _, what in now]), strict=True):
            asking += _until_asking(question, question.throw if isinstance(answer, Exception) else question.switch, answer)


def _until_asking(question: _Question, go_on: Callable[..., object], *answer: object) -> list[tuple[_Question, Ask]]:
    """Let a question go on until it asks something; nothing where it is done."""
    what = go_on(*answer)
    return [] if question.dead else [(question, cast("Ask", what))]


def _answers(asks: Sequence[Ask]) -> list[FloatArray | Exception]:
    """What the model says of each; what it raises of all together, each is asked for by itself."""
    if len(asks) > 1:
        with suppress(Exception):  # whose fault it is, is found out below
            return list(type(asks[0]).together(asks))
    return [_alone(what) for what in asks]


def _alone(what: Ask) -> FloatArray | Exception:
    try:
        return what.alone()
    except Exception as error:  # noqa: BLE001 - whoever asked gets it
        return error
