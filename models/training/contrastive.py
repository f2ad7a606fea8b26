"""Trains a small image-text encoder from a catalogue's pictures and titles.

The loss is the softmax contrastive loss of CLIP (Radford et al., 2021) and, beside it, the words of the title as weak labels of the
picture (Corbière et al., 2017).

Shape legend: N items · B items of a step · S side of a stored picture · T tokens · K words.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps
from safetensors.torch import save_file
from sklearn.feature_extraction.text import CountVectorizer
from torch import Tensor
from torch.nn import functional as F

from models.datasets.schema import Catalogue
from models.encoders.pictures import decode
from models.errors import ImageError, InputError
from models.progress import Progress, silent

_MEAN: Final = (0.48145466, 0.4578275, 0.40821073)
_STD: Final = (0.26862954, 0.26130258, 0.27577711)
_WORD: Final = r"[a-z][a-z'-]+"


@dataclass(frozen=True, kw_only=True, slots=True)
class ContrastiveConfig:
    """How the encoder is built and trained.

    Attributes:
        side: pixels; pictures are fitted into a square of this size.
        embedding_size: of the shared image-text space.
        width, layers: of the image tower, a ResNet with attention pooling; on a CPU several times faster than depthwise or grouped
            convolutions.
        words: weight of the weak-label loss; ``least_word``: items that must be said to have a word.
        text_width, text_layers: of the text tower, a causal transformer on CLIP's byte pairs.
    """

    side: int = 80
    embedding_size: int = 128
    width: int = 20
    layers: tuple[int, int, int, int] = (1, 1, 1, 1)
    text_width: int = 64
    text_layers: int = 2
    context_length: int = 24
    words: float = 1.0
    least_word: int = 20
    batch_size: int = 128
    epochs: float = 4.5
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    seed: int = 0


@dataclass(frozen=True)
class Pairs:
    """Pictures with their titles, in memory: ``pictures`` is ``(N, 3, S, S)`` bytes."""

    pictures: NDArray[np.uint8]
    titles: Sequence[str]
    groups: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        groups = np.unique(np.array([" ".join(sorted(title.lower().split())) for title in self.titles]), return_inverse=True)[1]
        object.__setattr__(self, "groups", groups)


def load_pairs(catalogue: Catalogue, side: int, split: str | None = "train", progress: Progress = silent) -> Pairs:
    """The items of a split (None: of no or any split) that have both a usable picture and a title."""
    splits = catalogue.table.column("split").to_pylist()
    titles = catalogue.titles
    rows = [row for row in range(len(catalogue)) if titles[row] and (split is None or splits[row] in {None, split})]

    def fit(row: int) -> NDArray[np.uint8] | None:
        try:
            data = catalogue.image(row)
            return None if data is None else _square(decode(data), side)
        except (ImageError, OSError):
            return None

    kept: list[tuple[NDArray[np.uint8], str]] = []
    with progress("reading pictures", len(rows)) as advance, ThreadPoolExecutor(4) as pool:
        for row, picture in zip(rows, pool.map(fit, rows), strict=True):
            if picture is not None:
                kept.append((picture, titles[row] or ""))
            advance()
    if not kept:
        msg = "no item has both a usable picture and a title; the encoder learns from such pairs"
        raise InputError(msg, path=catalogue.root)
    return Pairs(np.stack([picture for picture, _ in kept]), [title for _, title in kept])


def train_contrastive(pairs: Sequence[Pairs], out: Path, config: ContrastiveConfig, progress: Progress = silent) -> dict[str, float]:
    """Train and write an open_clip model to ``out``: ``open_clip_config.json`` and float16 ``open_clip_model.safetensors``.

    Args:
        pairs: one or several catalogues; a step draws from one of them, so that nothing is learned from telling shops apart.

    Returns:
        The last running loss and top-1 accuracy within a batch.
    """
    import open_clip  # noqa: PLC0415 - two seconds that only encoding should cost

    torch.manual_seed(config.seed)
    model_config = _model_config(config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = open_clip.model.CLIP(**model_config).to(memory_format=torch.channels_last)
    tokenizer = open_clip.SimpleTokenizer(context_length=config.context_length)
    tokens = [tokenizer(list(one.titles)) for one in pairs]
    steps = int(config.epochs * sum(len(one.titles) // config.batch_size for one in pairs))
    weak_labels = _weak_labels(pairs, config.least_word)
    rarity_K = torch.stack([labels.sum(0) for labels in weak_labels]).sum(0).float().rsqrt()
    words = torch.nn.Linear(config.embedding_size, len(rarity_K))
    parameters = [*model.parameters(), *words.parameters()]
    decayed = [p for p in parameters if p.ndim > 1]
    plain = [p for p in parameters if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": config.weight_decay}, {"params": plain, "weight_decay": 0.0}], lr=config.learning_rate
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.learning_rate, total_steps=steps + 1, pct_start=0.1)
    generator = torch.Generator().manual_seed(config.seed)
    loss_mean, hit_mean = math.nan, math.nan
    model.train()
    with progress("training the encoder", steps) as advance:
        for which, rows in _steps(pairs, steps, config):
            pictures = torch.from_numpy(pairs[which].pictures[rows])
            seen = model.encode_image(augment(pictures, config.side, generator), normalize=True)
            read = model.encode_text(tokens[which][torch.from_numpy(rows)], normalize=True)
            loss, hit = contrastive_loss(seen, read, torch.from_numpy(pairs[which].groups[rows]), model.logit_scale.exp().clamp(max=100))
            said = weak_labels[which][torch.from_numpy(rows)] * rarity_K
            loss = loss + config.words * weak_label_loss(words(config.embedding_size**0.5 * seen), said)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            loss_mean = loss.item() if math.isnan(loss_mean) else 0.98 * loss_mean + 0.02 * loss.item()
            hit_mean = hit if math.isnan(hit_mean) else 0.98 * hit_mean + 0.02 * hit
            advance(1, loss=loss_mean, top1=hit_mean)
    _save(model.eval(), model_config, config, out)
    return {"loss": loss_mean, "top1": hit_mean}


def contrastive_loss(seen_BD: Tensor, read_BD: Tensor, groups_B: Tensor, scale: Tensor) -> tuple[Tensor, float]:
    """Softmax contrastive loss both ways, and top-1 accuracy; pairs whose titles are the same words are no negatives of each other."""
    logits_BB = scale * seen_BD @ read_BD.T
    same = (groups_B[:, None] == groups_B[None]) & ~torch.eye(len(groups_B), dtype=torch.bool)
    logits_BB = logits_BB.masked_fill(same, -torch.inf)
    target = torch.arange(len(groups_B))
    loss = (F.cross_entropy(logits_BB, target) + F.cross_entropy(logits_BB.T, target)) / 2
    return loss, float((logits_BB.argmax(1) == target).float().mean())


def weak_label_loss(logits_BK: Tensor, said_BK: Tensor) -> Tensor:
    """Cross-entropy of the words of each title, weighed, under a softmax over all words; a title without known words counts nothing."""
    target_BK = said_BK / said_BK.sum(1, keepdim=True).clamp(min=1e-6)
    return -(target_BK * F.log_softmax(logits_BK, dim=1)).sum(1).mean()


def _weak_labels(pairs: Sequence[Pairs], least: int) -> list[Tensor]:
    """Which words each title says, ``(N, K)`` booleans per catalogue, over one vocabulary of words said of ``least`` items or more."""
    counted = CountVectorizer(min_df=least, binary=True, token_pattern=_WORD, dtype=np.uint8)
    counted.fit([title for one in pairs for title in one.titles])
    return [torch.from_numpy(counted.transform(one.titles).toarray().astype(bool)) for one in pairs]


def augment(pictures_BCSS: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """What other shops' photographs look like: size, place, tilt, mirror, light and background vary; hue, which decides outfits, does not.

    Args:
        pictures_BCSS: bytes.

    Returns:
        Normalised ``(B, 3, side, side)``.
    """
    batch = len(pictures_BCSS)
    pixels = pictures_BCSS.float() / 255

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(batch, *shape, generator=generator) * (high - low) + low

    wall = torch.cat([pixels[:, :, 0], pixels[:, :, -1]], dim=-1).median(-1).values[..., None, None]
    garment = ((pixels - wall).abs().amax(1, keepdim=True) > 0.06).float()  # noqa: PLR2004 - what differs from the border is the garment
    other_wall = uniform(0.35, 1.0, 1, 1, 1) + uniform(-0.08, 0.08, 3, 1, 1)
    keep = (uniform(0, 1, 1, 1, 1) < 0.5).float()  # noqa: PLR2004
    pixels = torch.where((garment + keep) > 0, pixels, other_wall.clamp(0, 1).expand_as(pixels))
    zoom, tilt = uniform(0.75, 1.3), uniform(-0.14, 0.14)
    mirror = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)  # noqa: PLR2004
    stretch = uniform(0.9, 1.1)
    theta = torch.stack(
        [
            torch.stack([mirror * zoom * stretch * tilt.cos(), -zoom * tilt.sin(), uniform(-0.12, 0.12)], dim=-1),
            torch.stack([mirror * zoom * tilt.sin(), zoom / stretch * tilt.cos(), uniform(-0.12, 0.12)], dim=-1),
        ],
        dim=1,
    )
    grid = F.affine_grid(theta, [batch, 3, side, side], align_corners=False)
    pixels = F.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    pixels = pixels * uniform(0.85, 1.15, 1, 1, 1) + uniform(-0.06, 0.06, 1, 1, 1)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (_MEAN, _STD))
    return ((pixels.clamp(0, 1) - mean) / std).contiguous(memory_format=torch.channels_last)


def _square(picture: Image.Image, side: int) -> NDArray[np.uint8]:
    """Fitted into a square on white, ``(3, S, S)``: what the encoder's own preprocessing does."""
    fitted = ImageOps.pad(picture, (side, side), Image.Resampling.BICUBIC, color="white")
    return np.asarray(fitted, dtype=np.uint8).transpose(2, 0, 1)


def _steps(pairs: Sequence[Pairs], steps: int, config: ContrastiveConfig) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Which catalogue and rows each step takes: every epoch each row once, the catalogues mixed in proportion to their size."""
    rng = np.random.default_rng(config.seed)
    done = 0
    while True:
        batches = [
            (which, order[at : at + config.batch_size])
            for which, one in enumerate(pairs)
            for order in [rng.permutation(len(one.titles))]
            for at in range(0, max(1, len(order) - config.batch_size + 1), config.batch_size)
        ]
        for position in rng.permutation(len(batches)):
            if done == steps:
                return
            yield batches[position]
            done += 1


def _model_config(config: ContrastiveConfig) -> dict[str, Any]:
    return {
        "embed_dim": config.embedding_size,
        "vision_cfg": {"layers": list(config.layers), "width": config.width, "patch_size": None, "image_size": config.side},
        "text_cfg": {
            "context_length": config.context_length, "vocab_size": 49408, "width": config.text_width,
            "heads": max(1, config.text_width // 32), "layers": config.text_layers,
        },
    }  # fmt: skip


def _save(model: torch.nn.Module, model_config: dict[str, Any], config: ContrastiveConfig, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    weights = {
        name: (value.half() if value.is_floating_point() else value).detach().cpu().contiguous()
        for name, value in model.state_dict().items()
        if name != "attn_mask"
    }
    save_file(weights, out / "open_clip_model.safetensors")
    preprocess = {"size": config.side, "mean": _MEAN, "std": _STD, "interpolation": "bicubic", "resize_mode": "longest", "fill_color": 255}
    body = {"model_cfg": model_config, "preprocess_cfg": preprocess, "training": asdict(config)}
    (out / "open_clip_config.json").write_text(json.dumps(body, indent=1))
