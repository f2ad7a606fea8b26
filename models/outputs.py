"""Tells before long work whether its result can be written where it was asked for."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from models.errors import refuse


def check_output_file(path: Path, field: str | None = None) -> None:
    """Refuse a path that no file can be written to.

    Args:
        field: the option that names it.

    Raises:
        InputError: it is a directory, its parent is no directory, or either may not be written to.
    """
    if path.is_dir():
        refuse("is a directory; name a file", path=path, field=field)
    if path.exists() and not os.access(path, os.W_OK):
        refuse("may not be written to", path=path, field=field)
    _check_above(path, field)


def check_output_directory(path: Path, field: str | None = None) -> None:
    """Refuse a path that is no directory and cannot become one; see ``check_output_file``."""
    if os.path.lexists(path) and not path.is_dir():
        refuse("is no directory; name one, or a path that is free", path=path, field=field)
    if path.is_dir() and not os.access(path, os.W_OK | os.X_OK):
        refuse("may not be written to", path=path, field=field)
    _check_above(path, field)


def check_plots(field: str) -> None:
    """Refuse to draw without matplotlib; ``field`` is the option that asks for a plot."""
    if find_spec("matplotlib") is None:
        refuse("plots are drawn with matplotlib, which is not installed; run `pip install 'attire[plots]'`", field=field)


def _check_above(path: Path, field: str | None) -> None:
    above = next(parent for parent in path.absolute().parents if os.path.lexists(parent))
    if not above.is_dir():
        refuse(f"cannot be written: {above} is no directory", path=path, field=field)
    if not path.exists() and not os.access(above, os.W_OK | os.X_OK):
        refuse(f"cannot be written: {above} may not be written to", path=path, field=field)
