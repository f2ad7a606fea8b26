"""What counts as earned."""

from __future__ import annotations

from typing import Literal

Reward = Literal["view", "add_to_cart", "purchase"]
