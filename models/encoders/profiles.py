"""Colour profiles: a picture in another space than sRGB, shown as if it were in that, looks dull or garish."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageCms

_SPACES: Final = {"RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK"}
"""Mode -> the colour space that a profile for it is of, as the profile names it."""
_LARGEST: Final = 4_000_000  # bytes; those of printing presses have some hundred thousand


def in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in sRGB, by the profile that it brings; as it is where it brings none, or one that cannot be used."""
    profile = picture.info.get("icc_profile")
    if not isinstance(profile, bytes) or picture.mode not in _SPACES or len(profile) > _LARGEST:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACES[picture.mode] or "srgb" in (source.profile.profile_description or "").lower():
            return picture
        mode = "RGB" if picture.mode == "CMYK" else picture.mode
        found = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return found or picture
