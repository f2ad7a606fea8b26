"""Reads titles by the text tower of an open_clip model, without the work that does not change the answer.

A causal tower whose answer is taken where a title ends never sees the padding behind it: titles of about one length are read together, cut
to the longest of them. The tokens of a word are looked up once. Shape legend: n titles · L tokens · D size of the text block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import torch
from torch import Tensor

_AT_ONCE: Final = 256
_KNOWN_WORDS: Final = 1 << 18
_AT_THE_END: Final = frozenset({"argmax", "eos"})

TitleReader = Callable[[Sequence[str]], Tensor]
"""n titles -> ``(n, D)``, not normalised."""


def title_reader(model: Any, tokenizer: Any, device: torch.device) -> TitleReader:  # noqa: ANN401 - open_clip is untyped
    """What reads titles as ``model.encode_text(tokenizer(titles))`` does."""
    from open_clip import CLIP, SimpleTokenizer  # noqa: PLC0415 - the import takes two seconds

    causal = type(model) is CLIP and model.attn_mask is not None and model.text_pool_type in _AT_THE_END
    if not causal or type(tokenizer) is not SimpleTokenizer or tokenizer.reduction_fn is not None:
        return lambda titles: model.encode_text(tokenizer(list(titles)).to(device))
    tokens_of = lru_cache(_KNOWN_WORDS)(tokenizer.encode)

    def read(titles: Sequence[str]) -> Tensor:
        rows = [_ended(chain.from_iterable(map(tokens_of, _words(title))), tokenizer) for title in titles]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        parts = [order[start : start + _AT_ONCE] for start in range(0, len(order), _AT_ONCE)]
        read_nD = torch.cat([_read(model, [rows[place] for place in part], device) for part in parts])
        return read_nD[torch.tensor(order, device=read_nD.device).argsort()]

    return read


def _words(title: str) -> list[str]:
    """Parts of a title whose tokens are those of the whole: its words, where no character could be mended or decoded."""
    return title.split() if title.isascii() and title.isprintable() and "&" not in title else [title]


def _ended(tokens: chain[int], tokenizer: Any) -> list[int]:  # noqa: ANN401 - likewise
    """With a start and an end, as long as the tower reads at most."""
    return [*[tokenizer.sot_token_id, *tokens][: tokenizer.context_length - 1], tokenizer.eot_token_id]


def _read(model: Any, rows: Sequence[list[int]], device: torch.device) -> Tensor:  # noqa: ANN401 - likewise
    """``CLIP.encode_text`` of rows whose padding is left out but for that up to the longest, the last of them."""
    from open_clip.transformer import text_global_pool  # noqa: PLC0415 - likewise

    length = len(rows[-1])
    tokens_nL = torch.tensor([row + [0] * (length - len(row)) for row in rows], device=device)
    dtype = model.transformer.get_cast_dtype()
    x_nLD = model.token_embedding(tokens_nL).to(dtype) + model.positional_embedding[:length].to(dtype)
    x_nLD = model.transformer(x_nLD, attn_mask=model.attn_mask[:length, :length])
    end_nD = model.ln_final(text_global_pool(x_nLD, tokens_nL, model.text_pool_type, model.text_eos_id))
    projection = model.text_projection
    if projection is None:
        return end_nD  # type: ignore[no-any-return]
    return projection(end_nD) if isinstance(projection, torch.nn.Linear) else end_nD @ projection  # type: ignore[no-any-return]
